// Decides which records may become dead letters: those that the host rejected too often, and those that are too
// old.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "tests/sim/sim_clock.h"
#include "tests/simulator/ledger.h"
#include "tests/simulator/plan.h"

namespace penstock::simulator {

class ExpectedDrops {
 public:
  // REQUIRES: the references outlive it.
  ExpectedDrops(const Plan& plan, const sim::SimClock& clock, Ledger& ledger);

  // An input of a process offers a batch of these items to its host, which rejects it. Returns "", or an error if
  // the batch was rejected so often that it should be a dead letter.
  std::string rejected(const std::string& process, const std::vector<ItemNumber>& items);
  // A process takes the lease of a shard: it reads the shard from the last checkpoint, and counts from zero again.
  void reads_again(const std::string& process, const std::string& shard_name);
  // A process receives a record of a queue again, and counts from zero.
  void receives_again(const std::string& process, const RecordPlace& record);
  // An input offers a record of that age by its own clock. Returns "", or what is wrong with that.
  std::string offered(int64_t age_ms) const;

  // Returns whether hosts have rejected the item so often that an input may have dropped it.
  bool rejected_too_often(const Item& item) const;
  // Returns whether, by one clock, an input may have dropped the item as too old, while by another clock, which is
  // slower, it is not. If the input dies before the dead letter is on disk, the item is read again by the
  // other clock and delivered after its successors.
  bool was_too_old_by_another_clock(const Item& item) const;
  // Returns whether an input may have dropped the item by now, although it is not in a dead-letter file yet.
  bool may_be_on_its_way(const Item& item) const;
  // Returns whether an event may be in a dead-letter file for that reason, from that stage.
  bool explains(const Item& item, std::string_view stage, std::string_view reason) const;

 private:
  struct Rejected {
    ItemNumber first = 0;
    int64_t times = 0;  // in a row
  };

  bool too_old(const Item& item) const;

  const Plan& plan_;
  const sim::SimClock& clock_;
  Ledger& ledger_;
  int64_t began_ms_;                               // Unix time
  int64_t max_ahead_ms_ = 0;                       // of a machine's wall clock
  std::map<std::string, Rejected> last_rejected_;  // by process
};

}  // namespace penstock::simulator
