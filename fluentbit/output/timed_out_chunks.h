// Chunks whose flush ran out of time. When the agent gives such a chunk again, what was written of it is not
// written again. The agent names no chunk, so that it is known by its tag and bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace penstock::fluentbit {

// How far a chunk has come.
struct ChunkProgress {
  size_t written = 0;            // bytes of it that were written to the output stage, from its beginning
  bool whole = false;            // all of it was
  uint64_t outstanding = 0;      // batches written and not yet settled
  uint64_t events = 0;           // that were read of it
  bool unreadable = false;       // something of it is no log event
  bool failed_recorded = false;  // a record of it is in the failure file
  bool given_back = false;       // the output ended before it was delivered
  std::string receipts;          // of its events, PENSTOCK_RECEIPT_BYTES each

  bool done() const { return whole && outstanding == 0; }
};

// SHA-256 of both. Needs more of a stack than a coroutine has.
using Fingerprint = std::array<unsigned char, 32>;
Fingerprint fingerprint(std::string_view tag, std::string_view data);

// One thread at a time.
class TimedOutChunks {
 public:
  // Beyond max_count or max_bytes, or older than max_age_ms, those that wait for nothing are forgotten, the oldest
  // first: what was delivered of them is then delivered again.
  TimedOutChunks(size_t max_count, int64_t max_age_ms, size_t max_bytes = size_t{16} << 20)
      : max_count_(max_count), max_age_ms_(max_age_ms), max_bytes_(max_bytes) {}

  // Empties progress; where memory is short it throws and leaves it.
  void add(std::string_view tag, std::string_view data, std::unique_ptr<ChunkProgress>& progress, int64_t now_ms);

  // The oldest of those with that tag and these bytes, which is remembered no more; nullptr: there is none. Equal
  // chunks are thereby as many as they were.
  std::unique_ptr<ChunkProgress> take(std::string_view tag, std::string_view data);

  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string tag;
    size_t data_size = 0;
    Fingerprint print{};
    int64_t since_ms = 0;
    std::unique_ptr<ChunkProgress> progress;
  };

  static size_t bytes_of(const Entry& entry) { return entry.tag.size() + entry.progress->receipts.size(); }
  size_t held_bytes() const;
  void forget(int64_t now_ms);

  const size_t max_count_;
  const int64_t max_age_ms_;
  const size_t max_bytes_;    // of tags and receipts
  std::list<Entry> entries_;  // oldest first
};

}  // namespace penstock::fluentbit
