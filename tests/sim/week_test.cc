// A week of virtual time: a reshard every day, occasional throttling, and a worker that restarts every hour.
#include <gtest/gtest.h>

#include <cstdio>
#include <vector>

#include "tests/sim/input_fleet.h"
#include "tests/unit/core/logs/counted_allocations.h"

namespace penstock::sim {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kHourMs = 60 * kMinuteMs;
constexpr size_t kFlatBytes = 32 << 10;
constexpr size_t kModelBytesAShard = 12 << 10;  // that the models keep, also for a shard that no longer exists

// Memory use at the end of each day, when everything is settled.
struct Day {
  size_t allocated;  // by everything, the models included
  int64_t memory;    // by the input of the first worker
  size_t shards;     // that ever existed
};

InputFleet::Settings settings(InputFleet::Keeps keeps) {
  // The test spends its time in calls, so the intervals are long.
  return {.keeps = keeps,
          .failover_ms = 900'000,
          .poll_interval_ms = 180'000,
          .event_every_ms = 60'000,
          .list_page = 100};
}

// Restarts a worker every hour, alternately after a crash and after a shutdown.
void run_week(InputFleet& fleet, size_t restarted_from) {
  std::vector<Day> days;
  for (int hour = 0; hour < 7 * 24; ++hour) {
    const bool throttled = hour % 6 == 3;
    fleet.kinesis.faults().set_rates({.throttle = throttled ? 0.3 : 0});
    fleet.dynamodb.faults().set_rates({.throttle = throttled ? 0.3 : 0});
    fleet.run(kHourMs / 2);
    if (hour % 48 == 12) fleet.split();
    if (hour % 48 == 36) fleet.merge();
    if (hour % 2 == 0)
      fleet.kill(restarted_from);
    else
      fleet.stop(restarted_from);
    fleet.start();
    fleet.run(kHourMs / 2);
    if (hour % 24 != 23) continue;
    fleet.rest(kHourMs);
    InputWorker& first = fleet.worker(0);
    days.push_back(
        {logs::allocations().bytes, first.stat("memory_bytes"), fleet.kinesis.stream("in")->shards().size()});
    std::printf("day %zu: %zu KiB allocated, %lld bytes in the input, %lld events, %lld emitted again\n",
                days.size(), days.back().allocated >> 10, static_cast<long long>(days.back().memory),
                static_cast<long long>(fleet.put()), static_cast<long long>(fleet.duplicates()));
    EXPECT_EQ(first.stat("unacked_batches"), 0);
    EXPECT_EQ(first.stat("open_records"), 0);
    EXPECT_LE(days.back().allocated, days.front().allocated + kFlatBytes +
                                         kModelBytesAShard * (days.back().shards - days.front().shards));
    EXPECT_LE(days.back().memory, days.front().memory + static_cast<int64_t>(kFlatBytes));
  }
  EXPECT_GE(fleet.put(), 7 * 24 * 58);
}

TEST(week, workers_that_share_a_stream_for_a_week_lose_nothing_and_use_constant_memory) {
  InputFleet fleet(settings(InputFleet::Keeps::leases));
  for (int i = 0; i < 2; ++i) fleet.start();
  run_week(fleet, 1);  // the first one runs all week
  EXPECT_EQ(fleet.leased_shards(), fleet.open_shards());
  // A crash leaves a poll's events, and those settled after the last checkpoint.
  EXPECT_LE(fleet.duplicates(), 84 * 4);
}

TEST(week, a_worker_with_a_file_for_a_week_loses_nothing_and_uses_constant_memory) {
  InputFleet fleet(settings(InputFleet::Keeps::file));
  fleet.start();
  run_week(fleet, 0);
  EXPECT_LE(fleet.duplicates(), 84 * 4);
}

}  // namespace
}  // namespace penstock::sim
