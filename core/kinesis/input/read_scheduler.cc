#include "core/kinesis/input/read_scheduler.h"

#include <algorithm>

namespace penstock::kinesis {

void ReadScheduler::requeue(Shard& shard, int64_t not_before_ms) {
  const ShardReader& reader = *shard.reader;
  if (reader.record() != nullptr) {
    ready_.push_back(&shard);
  } else if (reader.ended()) {
    ended_.push_back(&shard);
  } else if (!reader.calling()) {
    shard.due_ms = std::max(reader.next_call_ms(), not_before_ms);
    due_.insert(&shard);
  }
}

void ReadScheduler::remove(Shard& shard) {
  due_.erase(&shard);
  std::erase(ready_, &shard);
  std::erase(ended_, &shard);
}

void ReadScheduler::clear() {
  due_.clear();
  ready_.clear();
  ended_.clear();
}

void ReadScheduler::pop_due() { due_.erase(due_.begin()); }

Shard& ReadScheduler::pop_ready() {
  Shard& shard = *ready_.front();
  ready_.pop_front();
  return shard;
}

}  // namespace penstock::kinesis
