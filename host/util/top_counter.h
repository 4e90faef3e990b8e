// How often each key came; so many different keys and no more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::host {

class TopCounter {
 public:
  explicit TopCounter(size_t max_keys) : max_keys_(max_keys) {}

  // Counts one more, and returns the number of its key, from 0: that of all others, other(), where there are
  // max_keys before it.
  size_t add(std::string_view key);

  struct Count {
    std::string_view key;  // lives as long as the tally
    size_t number;
    int64_t count;
  };
  // The most frequent first, of those equal the one that came first; others not among them.
  std::vector<Count> by_count() const;

  size_t other() const { return max_keys_; }
  int64_t others() const { return others_; }  // how often it was one of those

 private:
  size_t max_keys_;
  std::map<std::string, size_t, std::less<>> numbers_;
  std::vector<int64_t> counts_;  // by number
  int64_t others_ = 0;
};

}  // namespace penstock::host
