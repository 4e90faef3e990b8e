// Watches the table of leases: who writes positions, who holds what, and who emits of it.
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
  // The references outlive it. max_call_ms: so long after it was sent a call may still reach the table.
  // changed_hands runs when a lease gets another owner.
  LeaseWatch(const sim::SimClock& clock, Checker& checker, const Trace& trace, int64_t failover_ms,
             int64_t max_call_ms, std::function<void(const std::string& key)> changed_hands)
      : clock_(clock),
        checker_(checker),
        trace_(trace),
        failover_ms_(failover_ms),
        max_call_ms_(max_call_ms),
        changed_hands_(std::move(changed_hands)) {}

  // To be told after every call, and who made it.
  void look(const dynamodb::Table& table, const std::string& issuer);
  // A process emits of a shard: of a lease of its own; or of another's, or a free one, only for as long as it may
  // not know: less than failover_ms after its last write, and if that is not when the lease was taken.
  void emitted(const std::string& process, const std::string& shard_id);

  // Rows that were made, for a reason, after one of that key had been there and gone: of these a shard is read
  // again.
  int rows_made_again() const { return rows_made_again_; }

  // Empty where the rows are those of these shards, each is held by one of these processes, and their shares
  // differ by one at most; else what is not so.
  std::string imbalance(const std::set<std::string>& open_shards, const std::set<std::string>& processes) const;

 private:
  struct Row {
    std::string key;  // in the table
    std::string owner, counter, checkpoint, sub_sequence_number;
    bool is_there = false;
    bool was_there = false;                     // at some time
    bool was_made_again = false;                // at some time, for a reason
    std::map<std::string, int64_t> written_ms;  // by owner: its last write
    int64_t taken_ms = 0;
    int64_t gone_ms = 0;
  };
  bool is_parent(const std::string& parent, const std::string& child) const;
  void look_at_return(const std::string& key, Row& row, const std::string& issuer);
  void look_at_position(const std::string& key, const Row& was, const Row& is, const std::string& issuer);

  const sim::SimClock& clock_;
  Checker& checker_;
  const Trace& trace_;
  int64_t failover_ms_, max_call_ms_;
  std::function<void(const std::string& key)> changed_hands_;
  std::map<std::string, Row> rows_;  // by the shard's name
  int rows_made_again_ = 0;
};

}  // namespace penstock::simulator
