// A whole deployment in virtual time: a producer, two streams, processes between them, faults, and the checker of
// everything.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/model_dynamodb/service.h"
#include "tests/model_kinesis/service.h"
#include "tests/sim/sim_clock.h"
#include "tests/simulator/chaos.h"
#include "tests/simulator/checker.h"
#include "tests/simulator/kcl_host.h"
#include "tests/simulator/lease_watch.h"
#include "tests/simulator/ledger.h"
#include "tests/simulator/machine.h"
#include "tests/simulator/plan.h"
#include "tests/simulator/producer.h"
#include "tests/simulator/queue_watch.h"
#include "tests/simulator/sink.h"
#include "tests/simulator/trace.h"

namespace penstock::simulator {

class World {
 public:
  // write: see Trace.
  World(const Plan& plan, Trace::Write write);

  // Runs the plan to its end, and then until nothing is left to do. Returns the first violation, or "".
  std::string run();

  int64_t elapsed_ms() const { return clock_.unix_ms() - start_unix_ms_; }  // of virtual time
  size_t events() const { return ledger_.size(); }
  size_t duplicates() const { return checker_.duplicates(); }

 private:
  model::Reply serve(const std::string& host, model::Request request);
  void hold(model::Reply& reply, const std::string& issuer, const std::string& operation);
  void note_reply(const model::Reply& reply, const std::string& issuer, const std::string& operation);
  void admit(const model::AccessKey& key);

  std::vector<sim::KclStream> kcl_streams();

  void turn(int64_t until_ms);
  void drain();
  void end_in_order();
  // Return what is left to do, or "".
  std::string unrest();
  std::string unread();
  void check_end();
  std::set<std::string> open_shards();
  void read_dead_letters();

  const Plan plan_;
  sim::SimClock clock_;
  const int64_t start_ms_ = clock_.monotonic_ms();
  const int64_t start_unix_ms_ = clock_.unix_ms();
  Trace trace_;
  Ledger ledger_;
  Checker checker_;
  std::vector<model::AccessKey> keys_;
  model::Service kinesis_;
  dynamodb::Service dynamodb_;
  LeaseWatch leases_;
  std::optional<QueueWatch> queue_;
  Producer producer_;
  Sink sink_;
  sim::SimRandom random_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::vector<std::unique_ptr<KclHost>> kcl_hosts_;
  std::optional<Chaos> chaos_;
  uint64_t calls_ = 0;
  int64_t last_ms_ = -1;
  int turns_at_last_ms_ = 0;
};

}  // namespace penstock::simulator
