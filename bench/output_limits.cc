// The output at the limits of a stream, and with a service that fails at random, in virtual time: the same figures
// on every machine.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/bars.h"
#include "tests/sim/writer_fixture.h"

namespace penstock::bench {

namespace {

constexpr int64_t kStartMs = 10'000;  // in which the output learns the limits
constexpr int64_t kMeasuredMs = 60'000;

struct Load {
  const char* name;
  uint32_t shards;
  size_t record_bytes;
  model::FaultRates faults = {};
};

struct Measured {
  double accepted_per_s, used_percent, rejected_percent;
};

struct Totals {
  int64_t accepted;
  uint64_t rejected;  // by the limits of the shards
  int64_t calls;
};

// Prints and returns what the stream accepts and rejects of an output that has more than it can accept.
Measured print(const Load& load) {
  sim::WriterSim sim(load.shards, {.stream = {}, .mem_limit_bytes = 24 << 20});
  sim.sim.transport().set_latency_ms(10, 30);
  sim.service.faults().set_rates(load.faults);
  const std::string data(load.record_bytes, 'x');
  uint64_t written = 0;
  const auto run = [&](int64_t ms) {
    for (const int64_t until_ms = sim.clock.monotonic_ms() + ms; sim.clock.monotonic_ms() < until_ms;) {
      while (!sim.writer().full()) {
        std::vector<sim::KeyedRecord> records(100);
        for (sim::KeyedRecord& record : records) record = {std::to_string(++written), data};
        sim.write(records);
      }
      sim.run_for(1);
    }
    const kinesis::WriterCounters counters = sim.writer().counters();
    return Totals{counters.delivered_records, sim.service.stats().records_rejected_by_limits, counters.calls};
  };
  const Totals start = run(kStartMs);
  const Totals end = run(kMeasuredMs);
  const double accepted_per_s = static_cast<double>(end.accepted - start.accepted) * 1000 / kMeasuredMs;
  const double capacity_per_s =
      load.shards *
      std::min(1000.0, (1 << 20) / static_cast<double>(load.record_bytes + std::to_string(written).size()));
  const auto rejected = static_cast<double>(end.rejected - start.rejected);
  const Measured measured = {accepted_per_s, 100 * accepted_per_s / capacity_per_s,
                             100 * rejected / (rejected + static_cast<double>(end.accepted - start.accepted))};
  std::printf("%-46s %9.0f %8.1f %12.1f %8.1f %16llu\n", load.name, measured.accepted_per_s, measured.used_percent,
              measured.rejected_percent, static_cast<double>(end.calls - start.calls) * 1000 / kMeasuredMs,
              static_cast<unsigned long long>(start.rejected));
  return measured;
}

}  // namespace

}  // namespace penstock::bench

int main() {
  using penstock::Limit, penstock::print_bar;
  using penstock::bench::Measured, penstock::bench::print;
  std::printf("%-46s %9s %8s %12s %8s %16s\n", "load", "records/s", "used, %", "rejected, %", "calls/s",
              "rejected at start");
  const Measured full = print({"one shard, 290 bytes", 1, 290});
  const Measured clean = print({"two shards, 290 bytes", 2, 290});
  print({"16 shards, 290 bytes", 16, 290});
  print({"two shards, 8 KiB", 2, 8192});
  penstock::model::FaultRates faults;
  faults.internal_failure = 0.05;
  faults.reject_records = 0.2;
  const Measured failing = print({"two shards, 5% of calls and 20% of records fail", 2, 290, faults});
  print_bar({"saturated output shard, used", full.used_percent, Limit::at_least, 97, "%"});
  print_bar({"saturated output shard, rejected", full.rejected_percent, Limit::at_most, 3, "%"});
  print_bar({"20% of records and 5% of calls fail, two shards: records/s, of those without failures",
             100 * failing.accepted_per_s / clean.accepted_per_s, Limit::at_least, 60, "%"});
}
