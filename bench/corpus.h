// Subscription messages like those of a stream of Lambda logs, generated from a seed and equal on every platform.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace penstock {

// splitmix64 (https://prng.di.unimi.it/splitmix64.c): small, and equal on every platform, unlike the standard
// library's distributions.
class CorpusRandom {
 public:
  explicit CorpusRandom(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
  }
  uint64_t below(uint64_t limit) { return next() % limit; }

 private:
  uint64_t state_;
};

struct CorpusOptions {
  uint64_t seed = 20190825;
  size_t messages = 200;
  size_t min_events = 5;  // events in a message; message sizes are uniform on a logarithmic scale
  size_t max_events = 1000;
  int gzip_level = 6;
};

enum class CorpusLine { python, json, node, system, plain };
inline constexpr std::array<const char*, 5> kCorpusLineNames = {"Python", "JSON", "Node", "system", "plain"};
using CorpusLineCounts = std::array<size_t, kCorpusLineNames.size()>;  // indexed by CorpusLine

struct CorpusMessage {
  std::string json;
  std::string gzip;
  std::vector<std::string> ids;  // IDs of its events
  CorpusLineCounts lines = {};
};

// Returns a corpus in which a third of the events are Python lines, a third JSON objects, and the rest Node.js,
// Lambda's own, and plain lines, with about 290 bytes of JSON per event. Event IDs are unique.
std::vector<CorpusMessage> make_corpus(const CorpusOptions& options = {});

}  // namespace penstock
