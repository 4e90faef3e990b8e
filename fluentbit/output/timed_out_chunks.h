// Chunks whose flush timed out. When the agent retries such a chunk, what was already written is not written
// again. The agent does not identify chunks, so a chunk is recognized by its tag and bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace penstock::fluentbit {

// The progress of a chunk.
struct ChunkProgress {
  size_t written = 0;            // bytes from its beginning that were written to the output stage
  bool whole = false;            // all of it was written
  uint64_t outstanding = 0;      // batches written and not yet settled
  uint64_t events = 0;           // log events read from it
  bool unreadable = false;       // a part of it is not a log event
  bool failed_recorded = false;  // a record of it is in the dead-letter file
  bool given_back = false;       // the output closed before it was delivered
  std::string receipts;          // of its events, PENSTOCK_RECEIPT_BYTES each

  bool done() const { return whole && outstanding == 0; }
};

// SHA-256 of tag and data. Needs more stack than a coroutine has.
using Fingerprint = std::array<unsigned char, 32>;
Fingerprint fingerprint(std::string_view tag, std::string_view data);

// The remembered chunks. One thread at a time.
class TimedOutChunks {
 public:
  // Forgets chunks with nothing outstanding, oldest first, beyond max_count or max_bytes, or older than
  // max_age_ms. What was delivered of a forgotten chunk is delivered again.
  TimedOutChunks(size_t max_count, int64_t max_age_ms, size_t max_bytes = size_t{16} << 20)
      : max_count_(max_count), max_age_ms_(max_age_ms), max_bytes_(max_bytes) {}

  // Adds a chunk and takes progress. If it throws std::bad_alloc, progress is unchanged.
  void add(std::string_view tag, std::string_view data, std::unique_ptr<ChunkProgress>& progress, int64_t now_ms);

  // Removes and returns the oldest entry with that tag and data; nullptr if not found. Of several equal chunks,
  // each call takes only one.
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
