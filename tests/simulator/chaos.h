// Applies the plan's events to a deployment at their times, and undoes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/model_dynamodb/service.h"
#include "tests/model_kinesis/service.h"
#include "tests/sim/sim_clock.h"
#include "tests/simulator/kcl_host.h"
#include "tests/simulator/ledger.h"
#include "tests/simulator/machine.h"
#include "tests/simulator/plan.h"
#include "tests/simulator/trace.h"

namespace penstock::simulator {

// The parts of a deployment that events affect.
struct Deployment {
  sim::SimClock& clock;
  model::Service& kinesis;
  dynamodb::Service& dynamodb;
  std::vector<std::unique_ptr<Machine>>& machines;
  std::vector<std::unique_ptr<KclHost>>& kcl_hosts;
  Ledger& ledger;
};

class Chaos {
 public:
  // REQUIRES: the references outlive it. start_ms: the monotonic time at which the plan's time begins.
  Chaos(const Plan& plan, const Deployment& deployment, const Trace& trace, int64_t start_ms);

  // Returns the monotonic time at which advance() has something to do.
  int64_t next_ms() const;
  void advance();
  // From now on, nothing goes wrong.
  void calm();

  // Return whether all processes, or all workers of KCL, have left.
  bool has_left() const { return left_; }
  bool kcl_has_left() const { return kcl_left_; }

  // Called when a lease has a new owner.
  void changed_hands(const std::string& shard_name);

 private:
  int64_t end_ms(const Event& event) const { return start_ms_ + event.at_ms + event.for_ms; }
  void begin(const Event& event);
  void end(const Event& event);
  void apply_rates();
  void split(model::Stream& stream, model::Shard& shard);
  void split_widest(const std::vector<model::Stream*>& streams);
  void make_second();
  void merge();
  void trim();
  void leave(bool dies);
  void leave_kcl(bool dies);
  void note_shards();

  const Plan& plan_;
  Deployment to_;
  const Trace& trace_;
  const int64_t start_ms_;
  size_t next_ = 0;               // of the chaos_events
  std::vector<Event> under_way_;  // to be undone
  std::vector<model::Stream*> sources_;
  model::Distribution in_distribution_ = model::Distribution::user_partition_key;  // of sources_
  size_t splits_at_handover_ = 0;
  bool calm_ = false;
  bool left_ = false, kcl_left_ = false;
};

}  // namespace penstock::simulator
