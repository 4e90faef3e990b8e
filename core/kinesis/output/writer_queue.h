// The records that wait for a call: fresh ones in the order they came, and those that go again, each when it is
// due.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "core/env.h"
#include "core/kinesis/output/writer_batch.h"

namespace penstock::kinesis {

// The batches and records are their owner's and stay where they are until they are taken out.
class WriterQueue {
 public:
  // The records of a batch, of which none was in a call. It has at least one.
  void add(WriterBatch& batch);
  // A chain of records, by their next, that is to be sent no sooner than due_ms.
  void add_retry(WriterRecord& first, int64_t due_ms);

  // What is to be sent next, the first of a chain, which stays here until it is popped; nullptr: nothing. Those
  // due again go first.
  WriterRecord* front(int64_t now_ms) const;
  void pop(int64_t now_ms);  // front(now_ms), which is not nullptr
  void clear();

  size_t records() const { return fresh_records_ + retry_records_; }
  size_t fresh_records() const { return fresh_records_; }
  size_t fresh_bytes() const { return fresh_bytes_; }  // of data and keys
  // When the oldest fresh record was written; kNever where there is none.
  int64_t oldest_fresh_ms() const { return fresh_.empty() ? kNever : fresh_.front().batch->written_ms; }
  int64_t next_retry_ms() const { return retries_.empty() ? kNever : retries_.front().due_ms; }

 private:
  struct Fresh {
    WriterBatch* batch;
    size_t next;  // the first of its records that is still here
  };
  struct Retry {
    int64_t due_ms;
    uint64_t number;  // of two that are due at once the one that came first goes first
    WriterRecord* first;
    size_t records;
    bool operator<(const Retry& other) const {  // a heap's top is due first
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
