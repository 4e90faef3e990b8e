// A whole deployment in virtual time: a producer, two streams, processes between them, what goes wrong, and the
// judge of it all.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/model_dynamodb/service.h"
#include "tests/model_kinesis/service.h"
#include "tests/sim/sim_clock.h"
#include "tests/simulator/judge.h"
#include "tests/simulator/ledger.h"
#include "tests/simulator/machine.h"
#include "tests/simulator/plan.h"
#include "tests/simulator/producer.h"
#include "tests/simulator/sink.h"
#include "tests/simulator/trace.h"

namespace penstock::simulator {

class World {
 public:
  // write: see Trace.
  World(const Plan& plan, Trace::Write write);

  // Runs the plan to its end, and then all of it to rest. The first violation; empty: there was none.
  std::string run();

  int64_t elapsed_ms() { return clock_.monotonic_ms() - start_ms_; }  // of virtual time
  size_t events() const { return ledger_.size(); }
  size_t duplicates() const { return judge_.duplicates(); }

 private:
  model::Reply serve(const std::string& process, const std::string& host, model::Request request);

  void run_until(int64_t monotonic_ms);
  void turn(int64_t until_ms);
  void begin(const Deed& deed);
  void end(const Deed& deed);
  void calm();
  void drain();
  void end_in_order();
  void set_rates(bool storm);
  void split(const std::string& stream);
  void merge();
  void note_shards();
  bool at_rest();
  void read_failure_files();

  const Plan plan_;
  sim::SimClock clock_;
  const int64_t start_ms_ = clock_.monotonic_ms();
  Trace trace_;
  Ledger ledger_;
  Judge judge_;
  model::Service kinesis_;
  dynamodb::Service dynamodb_;
  Producer producer_;
  Sink sink_;
  sim::SimRandom random_;
  std::vector<std::unique_ptr<Machine>> machines_;
  size_t next_deed_ = 0;
  std::vector<Deed> under_way_;  // to be undone
  int64_t last_ms_ = -1;
  int turns_at_last_ms_ = 0;
};

}  // namespace penstock::simulator
