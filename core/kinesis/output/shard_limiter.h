// Limits the rate of each shard, as learned from throttling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace penstock::kinesis {

// Rate limiter with a budget per shard. A shard that has never throttled has no budget. The first throttling gives
// it the capacity of every shard (1,000 records and 1 MiB a second,
// https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html) as a token bucket. Each further
// throttling reduces the rate by a tenth, because others write to the shard too; each second without throttling
// raises it a little, until the budget is removed. What exceeds the budget waits in the queue and not in a call,
// where it would be rejected and take the place of records for other shards.
class ShardLimiter {
 public:
  bool any() const { return !budgets_.empty(); }

  struct Admission {
    int64_t due_ms;  // time from which the entry may be sent
    bool reserved;   // true: its capacity is reserved; false: ask again at due_ms
  };
  // Reserves capacity for that many Kinesis records (0 if they share one with others) of that many bytes in total.
  // It reserves at most a second ahead, so that a change of the rate takes effect soon.
  Admission admit(uint32_t shard, size_t records, size_t bytes, int64_t now_ms);
  void on_throttled(uint32_t shard, int64_t now_ms);
  void clear() { budgets_.clear(); }  // the shards have changed

 private:
  struct Budget {
    double share;      // of a shard's capacity, at since_ms
    int64_t since_ms;  // last throttling that reduced the share
    double free_ms;    // time at which everything admitted so far is paid for
  };
  static double share_now(const Budget& budget, int64_t now_ms);

  std::unordered_map<uint32_t, Budget> budgets_;
};

}  // namespace penstock::kinesis
