// Which records may be given up: those that the host refused too often, and those that are too old.
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
  // The references outlive it.
  ExpectedDrops(const Plan& plan, const sim::SimClock& clock, Ledger& ledger);

  // An input of a process offers a batch of these items to its host, which refuses it. Returns what is wrong with
  // that (it was refused so often that it should be in a failure file), or "".
  std::string refused(const std::string& process, const std::vector<ItemNumber>& items);
  // A process takes the lease of a shard: it reads the shard from the last checkpoint, and counts from zero again.
  void reads_again(const std::string& process, const std::string& shard_name);
  // An input offers a record that has arrived so long ago, by its own clock. Empty, or what is wrong with that.
  std::string offered(int64_t age_ms) const;

  // Whether hosts have refused the item so often that an input may have given it up.
  bool refused_too_often(const Item& item) const;
  // Whether an input may have given up the item by one clock, and another clock be so far behind that one that it
  // is not too old by it. If the input dies before its failure is on disk, the item is read again, by the other
  // clock, and delivered after its successors.
  bool was_too_old_by_another_clock(const Item& item) const;
  // Whether an input may by now have given up the item, though that is in no failure file yet.
  bool may_be_on_its_way(const Item& item) const;
  // Whether an event may be in a failure file for that reason, which the stage gives.
  bool explains(const Item& item, std::string_view stage, std::string_view reason) const;

 private:
  struct Refused {
    ItemNumber first = 0;
    int64_t times = 0;  // one after another
  };

  bool too_old(const Item& item) const;

  const Plan& plan_;
  const sim::SimClock& clock_;
  Ledger& ledger_;
  int64_t began_ms_;                             // Unix time
  int64_t max_ahead_ms_ = 0;                     // of a machine's wall clock
  std::map<std::string, Refused> last_refused_;  // by process
};

}  // namespace penstock::simulator
