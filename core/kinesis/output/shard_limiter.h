// How fast each shard takes records, learned from its refusals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace penstock::kinesis {

// A shard that never refused has no budget. One that does gets the share that every shard has (1,000 records and
// 1 MiB a second, https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html), as a bucket of
// tokens; each further refusal takes a tenth of the rate, since others write to the shard too, and each quiet
// second gives it back a little, until the budget is forgotten. What is over the budget waits here, not in a call,
// where it would be refused and take the place of records for other shards.
class ShardLimiter {
 public:
  bool any() const { return !budgets_.empty(); }

  struct Admission {
    int64_t due_ms;  // when an entry may be sent
    bool kept;       // it is counted, and need not ask again; else it asks again then
  };
  // A place for so many records of the service, 0 where they share one with others, of that many bytes together.
  // Places are given a second ahead, so that a change of the rate is soon felt.
  Admission admit(uint32_t shard, size_t records, size_t bytes, int64_t now_ms);
  void on_throttled(uint32_t shard, int64_t now_ms);
  void clear() { budgets_.clear(); }  // the shards are others now

 private:
  struct Budget {
    double share;      // of what a shard takes, at since_ms
    int64_t since_ms;  // the last refusal that counted
    double free_ms;    // when all that was let through so far is paid for
  };
  static double share_now(const Budget& budget, int64_t now_ms);

  std::unordered_map<uint32_t, Budget> budgets_;
};

}  // namespace penstock::kinesis
