// One life of a process: an input, the filter and an output, driven as a host drives them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/kinesis/input/assignment.h"
#include "core/kinesis/input/batch_source.h"
#include "core/kinesis/output/writer.h"
#include "core/leases/lease_table.h"
#include "core/logs/record/lambda_filter.h"
#include "host/pipeline/fan_in_tracker.h"
#include "tests/sim/sim_client.h"
#include "tests/sim/sim_env.h"
#include "tests/simulator/checker.h"
#include "tests/simulator/lease_watch.h"
#include "tests/simulator/plan.h"
#include "tests/simulator/queue_watch.h"
#include "tests/simulator/trace.h"

namespace penstock::simulator {

inline constexpr std::string_view kCheckpointPath = "/checkpoint";
inline constexpr std::string_view kFailuresPath = "/failures";

// Decides whether a host accepts a batch that an input offers.
struct Taking {
  sim::SimRandom random;
  double rejected_share = 0;
  bool rejects_all = false;

  bool rejects() {
    return rejects_all ||
           (rejected_share > 0 && static_cast<double>(random.up_to(999'999)) < rejected_share * 1e6);
  }
};

// What a process runs on, and what outlives it: each stage has a network and a disk.
struct ProcessEnv {
  sim::MachineClock& clock;
  int64_t epoch_ms;  // Unix time, when the plan's time begins
  Taking& taking;
  sim::SimEnv& in;
  sim::SimEnv& out;
};

// What checks the calls of processes. Neither: one process has its positions in a file.
struct Watches {
  LeaseWatch* leases = nullptr;
  QueueWatch* queue = nullptr;
};

class Process {
 public:
  // REQUIRES: the references outlive it, and its transports have no calls left when it is destroyed. `name` is
  // unique among all lives. An error says why it cannot start, for example because its disk fails; another process
  // is started later.
  static Result<std::unique_ptr<Process>> start(const Plan& plan, ProcessEnv env, Checker& checker,
                                                Watches watches, const Trace& trace, std::string name);

  const std::string& name() const { return name_; }
  // Returns the monotonic time at which turn() has something to do.
  int64_t next_turn_ms() const;
  void turn();

  // Stops polling and continues with what it has, until has_drained() or the deadline. Then call close(), which
  // takes time and ends the process.
  void begin_drain(int64_t deadline_ms);
  bool has_drained() const;
  // Returns true if everything that it emitted was settled, it lost no lease, and its input closed without an
  // error.
  bool close();

  // Returns a counter of the input that has no label, or -1 if not found.
  int64_t input_stat(std::string_view name) const;
  const kinesis::Writer& writer() const { return writer_; }
  bool idle() const { return fan_in_.in_flight() == 0 && writer_.idle(); }
  bool has_lag() const { return (plan_.queue || input_stat("shards") > 0) && input_stat("lag_ms") != 0; }
  bool healthy() const { return input_stat("healthy") == 1 && writer_.counters().healthy == 1; }

 private:
  Process(const Plan& plan, ProcessEnv env, Checker& checker, Watches watches, const Trace& trace,
          std::string name, std::unique_ptr<kinesis::DeadLetterFile> in_failures,
          std::unique_ptr<kinesis::DeadLetterFile> out_failures);
  Status start_input();
  Status start_assignment();

  static int32_t on_emit(void* ctx, const penstock_batch* batch);
  static int32_t on_filtered(void* ctx, const penstock_batch* batch);
  void turn_output();
  void turn_input();
  void deliver_acks();
  void check();
  void check_input();

  class Client : private sim::SimClientParts, public aws::ServiceClient {
   public:
    Client(Env& env, aws::JsonProtocol protocol, std::string_view service, int64_t call_timeout_ms)
        : SimClientParts(env),
          aws::ServiceClient(env, protocol, *aws::make_endpoint(service, "us-east-1", "", false), credentials,
                             SimClientParts::clock, metrics, call_timeout_ms) {}
  };
  static aws::ServiceCall call_of(Client& client);

  const Plan& plan_;
  ProcessEnv env_;
  Checker& checker_;
  Watches watches_;
  const Trace& trace_;
  std::string name_;
  Client in_client_, out_client_, table_client_;
  leases::LeaseTable table_;
  std::unique_ptr<kinesis::Assignment> assignment_;
  std::unique_ptr<kinesis::DeadLetterFile> in_failures_;  // none if the queue keeps them
  std::unique_ptr<kinesis::DeadLetterFile> out_failures_;
  std::unique_ptr<kinesis::BatchSource> input_;
  logs::LambdaFilter filter_;
  kinesis::Writer writer_;

  host::FanInTracker fan_in_;
  uint64_t batch_ = 0;  // that the filter is processing
  bool full_ = false;
  bool was_blocked_ = false;
  bool written_ = false;
  bool draining_ = false;
  bool began_ = false;
  int64_t drain_until_ms_ = 0;
  int64_t pump_not_before_ms_ = 0;
  int64_t events_emitted_ = 0;
  int64_t records_written_ = 0;
  int turns_ = 0;
};

}  // namespace penstock::simulator
