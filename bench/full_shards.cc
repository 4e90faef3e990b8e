// How well the host uses an output stream that accepts less than its input has, in real time: without failures,
// and with calls and records that fail at random. `penstock run` is another process; the model of the service,
// which enforces the limits of the shards, runs in this one. penstock-bench-output-limits measures the output
// alone, in virtual time.
//
//   penstock-bench-full-shards [SECONDS]
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "bench/bars.h"
#include "tests/e2e/child_process.h"
#include "tests/e2e/deployment.h"

namespace {

using namespace penstock;

constexpr double kShardRecordsPerS = 1000;  // the limit of the service
constexpr int kWarmUpS = 5;                 // in which the output learns the limits

struct Rates {
  double accepted_per_s = 0, rejected_percent = 0;  // rejected by the limits of the shards
};

Rates measure(uint32_t shards, const model::FaultRates& faults, int seconds) {
  e2e::Deployment deployment(4, shards);
  deployment.fill(static_cast<size_t>(1.5 * kShardRecordsPerS * shards * (kWarmUpS + seconds)));
  deployment.server.with([&](model::Service& service) { service.faults().set_rates(faults); });
  const std::string log = deployment.folder.path("host.log");
  e2e::HostProcess host({"run", "-c", write_conf(deployment, "agent.conf")}, log);
  std::this_thread::sleep_for(std::chrono::seconds(kWarmUpS));
  const model::Stats from = deployment.stats();
  const auto start = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  const model::Stats to = deployment.stats();
  const double measured_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  host.signal(15);
  if (host.wait(60) != 0) {
    std::fprintf(stderr, "the host did not end as it should\n");
    std::exit(1);
  }

  const auto accepted = static_cast<double>(to.records_put - from.records_put);
  const auto rejected = static_cast<double>(to.records_rejected_by_limits - from.records_rejected_by_limits);
  const Rates rates = {accepted / measured_s, 100 * rejected / (accepted + rejected)};
  std::printf(
      "%u shards, %2.0f%% of calls and %2.0f%% of records fail: %7.1f records/s, %5.1f%% used, %.1f%% rejected\n",
      shards, 100 * faults.internal_failure, 100 * faults.reject_records, rates.accepted_per_s,
      100 * rates.accepted_per_s / kShardRecordsPerS / shards, rates.rejected_percent);
  std::fflush(stdout);
  return rates;
}

}  // namespace

int main(int argc, char** argv) {
  const int seconds = argc > 1 ? std::atoi(argv[1]) : 20;
  const Rates one = measure(1, {}, seconds);
  const Rates clean = measure(2, {}, seconds);
  model::FaultRates faults;
  faults.internal_failure = 0.05;
  faults.reject_records = 0.2;
  const Rates failing = measure(2, faults, seconds);
  print_bar({"full output shard, real time: used", 100 * one.accepted_per_s / kShardRecordsPerS, Limit::at_least,
             97, "%"});
  print_bar({"full output shard, real time: rejected", one.rejected_percent, Limit::at_most, 3, "%"});
  print_bar({"20% of records and 5% of calls fail, two shards, real time: of the clean rate",
             100 * failing.accepted_per_s / clean.accepted_per_s, Limit::at_least, 60, "%"});
}
