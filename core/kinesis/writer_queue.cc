#include "core/kinesis/writer_queue.h"

#include <algorithm>

namespace penstock {

void WriterQueue::add(WriterBatch& batch) {
  fresh_.push_back({&batch, 0});
  fresh_records_ += batch.records.size();
  for (const WriterRecord& record : batch.records) fresh_bytes_ += record.bytes();
}

void WriterQueue::add_again(WriterRecord& record, int64_t due_ms) {
  again_.push_back({due_ms, ++last_number_, &record});
  std::push_heap(again_.begin(), again_.end());
}

WriterRecord* WriterQueue::front(int64_t now_ms) const {
  if (due_again_ms() <= now_ms) return again_.front().record;
  return fresh_.empty() ? nullptr : &fresh_.front().batch->records[fresh_.front().next];
}

void WriterQueue::pop(int64_t now_ms) {
  if (due_again_ms() <= now_ms) {
    std::pop_heap(again_.begin(), again_.end());
    again_.pop_back();
    return;
  }
  Fresh& first = fresh_.front();
  --fresh_records_;
  fresh_bytes_ -= first.batch->records[first.next].bytes();
  if (++first.next == first.batch->records.size()) fresh_.pop_front();
}

void WriterQueue::clear() { *this = {}; }

}  // namespace penstock
