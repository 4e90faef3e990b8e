// Checks the lease table: who writes positions, who holds which lease, and who emits from its shard.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "tests/model_dynamodb/table.h"
#include "tests/sim/sim_clock.h"
#include "tests/simulator/checker.h"

namespace penstock::simulator {

class LeaseWatch {
 public:
  // REQUIRES: the references outlive it. max_call_ms: the longest time between sending a call and its arrival at
  // the table. Calls changed_hands when a lease gets a new owner.
  LeaseWatch(const sim::SimClock& clock, Checker& checker, const Trace& trace, int64_t failover_ms,
             int64_t max_call_ms, std::function<void(const std::string& key)> changed_hands)
      : clock_(clock),
        checker_(checker),
        trace_(trace),
        failover_ms_(failover_ms),
        max_call_ms_(max_call_ms),
        changed_hands_(std::move(changed_hands)) {}

  // Called after every call on the table, with the process that made it.
  void look(const dynamodb::Table& table, const std::string& issuer);
  // A process emits from a shard. The lease must be its own. If it belongs to another process or is free, the
  // process may emit only as long as it cannot know that: until failover_ms after its last write. That does not
  // apply if its last write was when it took the lease. may_lag_ms: for how much longer a worker of KCL may, which
  // does not check before each record.
  void emitted(const std::string& process, const std::string& shard_id, int64_t may_lag_ms = 0);

  // Returns the number of rows that were created, for a legitimate reason, after an earlier row of that key had
  // been deleted. Their shards are read again.
  int rows_recreated() const { return rows_recreated_; }

  // Returns "" if the rows are those of these shards, each is held by one of these processes, and their shares
  // differ by at most one. Otherwise returns what is wrong. Next to KCL, shares may differ: it counts finished
  // leases.
  std::string imbalance(const std::set<std::string>& open_shards, const std::set<std::string>& processes,
                        bool with_kcl) const;

 private:
  struct Row {
    std::string key;  // in the table
    std::string owner, counter, checkpoint, sub_sequence_number;
    bool is_there = false;
    bool was_there = false;                     // at some time
    bool was_recreated = false;                 // at some time, for a legitimate reason
    std::map<std::string, int64_t> written_ms;  // the last write, by owner
    int64_t taken_ms = 0;
    int64_t gone_ms = 0;
  };
  bool is_parent(const std::string& parent, const std::string& child) const;
  bool is_ancestor(const std::string& shard, const std::string& descendant) const;
  void look_at_return(const std::string& key, Row& row, const std::string& issuer);
  void look_at_position(const std::string& key, const Row& was, const Row& is, const std::string& issuer);

  const sim::SimClock& clock_;
  Checker& checker_;
  const Trace& trace_;
  int64_t failover_ms_, max_call_ms_;
  std::function<void(const std::string& key)> changed_hands_;
  std::map<std::string, Row> rows_;  // by the shard's name
  int rows_recreated_ = 0;
};

}  // namespace penstock::simulator
