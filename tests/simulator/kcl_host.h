// A machine with a worker of the Kinesis Client Library. Its application has done everything that it processes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "tests/sim/kcl_worker.h"
#include "tests/sim/sim_transport.h"
#include "tests/simulator/checker.h"
#include "tests/simulator/lease_watch.h"
#include "tests/simulator/plan.h"
#include "tests/simulator/trace.h"

namespace penstock::simulator {

class KclHost {
 public:
  // The machine's connections to the rest of the world.
  struct Links {
    sim::SimTransport::Serve serve;
    std::function<void(const model::AccessKey& key)> admit;  // see Machine::Links
    LeaseWatch& leases;
  };

  // REQUIRES: the references outlive it. streams: those that the workers read.
  KclHost(const Plan& plan, sim::SimClock& clock, Checker& checker, const Trace& trace, size_t index,
          std::vector<sim::KclStream> streams, Links links);

  void kill();  // at one of its next calls
  void stop();  // a clean shutdown

  int64_t next_turn_ms() const;  // monotonic
  void turn();

  // Returns "" if no worker runs.
  std::string worker() const { return worker_ ? worker_->name() : ""; }

  void freeze() { frozen_ = true; }
  void thaw();

  bool down = false;  // no worker is started

 private:
  void start();
  uint64_t process(const std::string& worker, const std::string& shard, const sim::KclRecord& record,
                   uint64_t first_user_record);

  const Plan& plan_;
  sim::SimClock& clock_;
  Checker& checker_;
  const Trace& trace_;
  std::string name_;
  std::vector<sim::KclStream> streams_;
  Links links_;
  sim::SimRandom random_;
  std::unique_ptr<sim::KclWorker> worker_;
  bool frozen_ = false;
  int64_t thawed_ms_;  // monotonic
  int lives_ = 0;
  int64_t start_ms_;
};

}  // namespace penstock::simulator
