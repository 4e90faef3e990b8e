// The records that wait for a call: fresh ones in order of arrival, and retries, each when it is due.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "core/env.h"
#include "core/kinesis/output/writer_batch.h"

namespace penstock::kinesis {

// Queue of records. REQUIRES: batches and records stay valid until they are popped.
class WriterQueue {
 public:
  // Adds the records of a batch, none of which was in a call. REQUIRES: it has at least one.
  void add(WriterBatch& batch);
  // Adds a chain of records, linked by `next`, to be sent no sooner than due_ms.
  void add_retry(WriterRecord& first, int64_t due_ms);

  // Returns the first record of the chain to send next, which stays here until it is popped; nullptr: none.
  // Retries that are due go first.
  WriterRecord* front(int64_t now_ms) const;
  void pop(int64_t now_ms);  // REQUIRES: front(now_ms) != nullptr
  void clear();

  size_t records() const { return fresh_records_ + retry_records_; }
  size_t fresh_records() const { return fresh_records_; }
  size_t fresh_bytes() const { return fresh_bytes_; }  // of data and keys
  // Returns when the oldest fresh record was written; kNever if none is left.
  int64_t oldest_fresh_ms() const { return fresh_.empty() ? kNever : fresh_.front().batch->written_ms; }
  int64_t next_retry_ms() const { return retries_.empty() ? kNever : retries_.front().due_ms; }

 private:
  struct Fresh {
    WriterBatch* batch;
    size_t next;  // index of the first of its records that is still here
  };
  struct Retry {
    int64_t due_ms;
    uint64_t number;  // of two that are due at the same time, the lower goes first
    WriterRecord* first;
    size_t records;
    bool operator<(const Retry& other) const {  // reversed, so that the top of the heap is due first
      return due_ms != other.due_ms ? due_ms > other.due_ms : number > other.number;
    }
  };

  std::deque<Fresh> fresh_;
  size_t fresh_records_ = 0;
  size_t fresh_bytes_ = 0;
  std::vector<Retry> retries_;  // a heap
  size_t retry_records_ = 0;
  uint64_t last_number_ = 0;
};

}  // namespace penstock::kinesis
