// Watches a table of leases, and what is emitted by those who share it.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tests/model_dynamodb/table.h"
#include "tests/sim/sim_clock.h"

namespace penstock::sim {

class LeaseChecker {
 public:
  // clock outlives it.
  explicit LeaseChecker(const SimClock& clock) : clock_(clock) {}

  // To be told after every write. No checkpoint goes back, unless its row was deleted in between.
  void watch(const dynamodb::Table& table);
  // A worker emits of the shard of a lease. Its own; or another's, or a free one, only for as long as it may not
  // know: less than failover_ms after its last write, and if that is not when the lease was taken.
  void emitted(const std::string& worker, const std::string& key, int64_t failover_ms);

 private:
  struct Written {
    std::map<std::string, int64_t> at_ms;  // by owner: its last write
    std::string owner;
    int64_t taken_ms = 0;
    std::string checkpoint, counter;
  };

  const SimClock& clock_;
  std::map<std::string, Written> written_;  // by key
};

}  // namespace penstock::sim
