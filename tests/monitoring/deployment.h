// A deployment in virtual time that is watched as Prometheus does: every minute, /metrics of each process is
// printed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/util/log.h"
#include "tests/model_dynamodb/service.h"
#include "tests/model_kinesis/service.h"
#include "tests/monitoring/monitored_host.h"
#include "tests/monitoring/sim_machine.h"
#include "tests/sim/sim_clock.h"

namespace penstock::monitoring {

inline constexpr int64_t kSecondMs = 1000;
inline constexpr int64_t kMinuteMs = 60 * kSecondMs;  // also the interval of scrapes, as by default

class Deployment {
 public:
  // A machine and the process on it, if one runs.
  struct Worker {
    Worker(Deployment& deployment, std::vector<ConfSection> sections, uint64_t seed);

    SimMachine machine;
    std::vector<ConfSection> conf;
    std::unique_ptr<MonitoredHost> host;
    // Returns the reply of a request that reaches no service as it should; nullopt: the service answers.
    std::function<std::optional<model::Reply>(const std::string& host, const model::Request& request)> fault;
  };

  // Prints the log of the processes on standard error if PENSTOCK_LOG is set.
  Deployment();

  // Starts a process, with the conf of the worker.
  void start(Worker& worker);
  // Runs until that minute; then its samples are already printed.
  void run_until(int64_t minute) { run_until_ms(start_ms_ + minute * kMinuteMs); }
  void run_for_ms(int64_t ms) { run_until_ms(clock.monotonic_ms() + ms); }

  // Adds a worker without a process.
  Worker& add_worker(std::vector<ConfSection> conf);
  std::vector<std::unique_ptr<Worker>>& workers() { return workers_; }

  // Puts a record into the stream "in".
  void put(const std::string& data);

  sim::SimClock clock;
  model::Service kinesis;
  dynamodb::Service dynamodb;
  int64_t messages_per_second = 1;  // that are put into the stream "in"

 private:
  model::Reply serve(Worker& worker, const std::string& host, model::Request request);
  void run_until_ms(int64_t end_ms);
  void put_messages();
  void sample();

  const int64_t start_ms_;
  int64_t next_put_ms_;
  int64_t next_sample_ms_;
  int64_t puts_ = 0;
  host::Log log_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace penstock::monitoring
