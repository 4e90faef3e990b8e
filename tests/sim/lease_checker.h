// Checks a lease table, and what the workers that share it emit.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tests/model_dynamodb/table.h"
#include "tests/sim/sim_clock.h"

namespace penstock::sim {

class LeaseChecker {
 public:
  // REQUIRES: the clock outlives it.
  explicit LeaseChecker(const SimClock& clock) : clock_(clock) {}

  // Called after every write. No checkpoint goes back, unless its row was deleted in between.
  void watch(const dynamodb::Table& table);
  // A worker emits from the shard of a lease. The lease must be its own. If it belongs to another worker or is
  // free, the worker may emit only as long as it cannot know that: until failover_ms after its last write. That
  // does not apply if its last write was when it took the lease.
  void emitted(const std::string& worker, const std::string& key, int64_t failover_ms);

 private:
  struct Written {
    std::map<std::string, int64_t> at_ms;  // the last write, by owner
    std::string owner;
    int64_t taken_ms = 0;
    std::string checkpoint, counter;
  };

  const SimClock& clock_;
  std::map<std::string, Written> written_;  // by key
};

}  // namespace penstock::sim
