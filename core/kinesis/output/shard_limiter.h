// Limits the rate of each shard, as learned from throttling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>

namespace penstock::kinesis {

// Rate limiter with a budget per shard. A shard that has never throttled has no budget. The first throttling gives
// it the capacity of every shard: 1,000 records and 1 MiB in any second
// (https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html). If the shard throttles
// nevertheless, others write to it too: each rejected entry lowers the rate by itself, and time without throttling
// raises it again. Half a minute without throttling removes the budget, if nothing waits for it. What exceeds the
// budget waits in the queue and not in a call, where it would be rejected and take the place of records for other
// shards.
class ShardLimiter {
 public:
  bool any() const { return !budgets_.empty(); }

  struct Admission {
    int64_t due_ms;  // time from which the entry may be sent
    bool reserved;   // true: its capacity is reserved; false: ask again at due_ms
  };
  // Reserves capacity for that many Kinesis records (0 if they share one with others) of that many bytes in total.
  // It reserves at most a second ahead, so that a change of the rate takes effect soon. An entry larger than a
  // second's capacity is admitted when nothing else was for a second.
  Admission admit(uint32_t shard, size_t records, size_t bytes, int64_t now_ms);
  // Notes that the shard rejected an entry of that many bytes for its rate.
  void on_throttled(uint32_t shard, size_t bytes, int64_t now_ms);
  void clear() { budgets_.clear(); }  // the shards have changed

 private:
  // What is sent at one time, as a share of a shard's capacity in a second.
  struct Sent {
    int64_t at_ms;  // in the past, or reserved
    double share;
  };
  struct Budget {
    double share;          // of a shard's capacity, at throttled_ms
    int64_t throttled_ms;  // last throttling
    int64_t lowered_ms;    // when throttling began to lower the share
    std::deque<Sent> sent = {};
    double taken = 0;  // sum of sent
  };
  static double share_now(const Budget& budget, int64_t now_ms);
  static void take_first(Budget& budget);

  std::unordered_map<uint32_t, Budget> budgets_;
};

}  // namespace penstock::kinesis
