#include "core/kinesis/output/writer_queue.h"

#include <algorithm>

namespace penstock::kinesis {

void WriterQueue::add(WriterBatch& batch) {
  fresh_.push_back({&batch, 0});
  fresh_records_ += batch.records.size();
  for (const WriterRecord& record : batch.records) fresh_bytes_ += record.bytes();
}

void WriterQueue::add_again(WriterRecord& first, int64_t due_ms) {
  size_t records = 0;
  for (const WriterRecord* record = &first; record != nullptr; record = record->next) ++records;
  again_.push_back({due_ms, ++last_number_, &first, records});
  again_records_ += records;
  std::push_heap(again_.begin(), again_.end());
}

WriterRecord* WriterQueue::front(int64_t now_ms) const {
  if (due_again_ms() <= now_ms) return again_.front().first;
  return fresh_.empty() ? nullptr : &fresh_.front().batch->records[fresh_.front().next];
}

void WriterQueue::pop(int64_t now_ms) {
  if (due_again_ms() <= now_ms) {
    std::pop_heap(again_.begin(), again_.end());
    again_records_ -= again_.back().records;
    again_.pop_back();
    return;
  }
  Fresh& first = fresh_.front();
  --fresh_records_;
  fresh_bytes_ -= first.batch->records[first.next].bytes();
  if (++first.next == first.batch->records.size()) fresh_.pop_front();
}

void WriterQueue::clear() {
  fresh_.clear();
  again_.clear();
  fresh_records_ = fresh_bytes_ = again_records_ = 0;
}

}  // namespace penstock::kinesis
