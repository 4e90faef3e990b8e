#include "core/kinesis/output/writer_queue.h"

#include <algorithm>

namespace penstock::kinesis {

void WriterQueue::add(WriterBatch& batch) {
  fresh_.push_back({&batch, 0});
  fresh_records_ += batch.records.size();
  for (const WriterRecord& record : batch.records) fresh_bytes_ += record.bytes();
}

void WriterQueue::add_retry(WriterRecord& first, int64_t due_ms) {
  size_t records = 0;
  for (const WriterRecord* record = &first; record != nullptr; record = record->next) ++records;
  retries_.push_back({due_ms, ++last_number_, &first, records});
  retry_records_ += records;
  std::push_heap(retries_.begin(), retries_.end());
}

WriterRecord* WriterQueue::front(int64_t now_ms) const {
  if (next_retry_ms() <= now_ms) return retries_.front().first;
  return fresh_.empty() ? nullptr : &fresh_.front().batch->records[fresh_.front().next];
}

void WriterQueue::pop(int64_t now_ms) {
  if (next_retry_ms() <= now_ms) {
    std::pop_heap(retries_.begin(), retries_.end());
    retry_records_ -= retries_.back().records;
    retries_.pop_back();
    return;
  }
  Fresh& first = fresh_.front();
  --fresh_records_;
  fresh_bytes_ -= first.batch->records[first.next].bytes();
  if (++first.next == first.batch->records.size()) fresh_.pop_front();
}

void WriterQueue::clear() {
  fresh_.clear();
  retries_.clear();
  fresh_records_ = fresh_bytes_ = retry_records_ = 0;
}

}  // namespace penstock::kinesis
