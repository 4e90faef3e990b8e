// Workers at one table in virtual time: balance, crashes, order and invariants. The checker is in the fleet.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/sim/lease_fleet.h"

namespace penstock::sim {
namespace {

constexpr int64_t kFailoverMs = 10'000;
constexpr int64_t kTakeMs = kFailoverMs / 3;  // between two scans
constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kStaleMs = 500;  // how old the rows of a scan may be
constexpr int64_t kCallsMs = 500;  // for a few calls

struct leases : testing::TestWithParam<uint64_t> {
  void settle_down(int workers, int shards) {
    fleet.add_shards(shards);
    fleet.start_many(workers);
    fleet.run_until([&] { return fleet.in_balance(); }, 5 * kMinuteMs);
  }
  size_t shares_of(size_t worker) { return fleet.worker(worker).shards().size(); }
  // Checks that nothing is lost: once no more records are put, everything gets read.
  void expect_all_read() {
    fleet.set_records_a_second(0);
    fleet.run_until([&] { return fleet.all_read(); }, 10 * kMinuteMs);
  }

  bool has_row(const std::string& shard) { return fleet.service().table("app")->row(shard) != nullptr; }
  void expect_no_row_for_a_minute(const std::string& shard) {
    const int64_t end_ms = fleet.clock.monotonic_ms() + kMinuteMs;
    bool was_made = false;
    fleet.run_until(
        [&] {
          was_made = was_made || has_row(shard);
          return fleet.clock.monotonic_ms() >= end_ms;
        },
        2 * kMinuteMs);
    EXPECT_FALSE(was_made);
  }

  LeaseFleet fleet{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(seeds, leases, testing::Range<uint64_t>(1, 6));

TEST_P(leases, four_workers_get_three_of_twelve_shards_each_and_keep_them) {
  settle_down(4, 12);
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(shares_of(i), 3U);
  int64_t taken = 0;
  for (size_t i = 0; i < 4; ++i) taken += fleet.worker(i).stat("taken_leases");
  fleet.run(10 * kMinuteMs);
  for (size_t i = 0; i < 4; ++i) taken -= fleet.worker(i).stat("taken_leases");
  EXPECT_EQ(taken, 0);
  expect_all_read();
}

TEST_P(leases, shards_of_a_dead_worker_are_continued_within_two_failover_times) {
  settle_down(4, 12);
  fleet.run(static_cast<int64_t>(GetParam()) * 777);
  const int64_t duplicates = fleet.duplicates();
  fleet.kill(0);
  const int64_t took_ms = fleet.run_until(
      [&] {
        size_t shards = 0;
        for (size_t i = 0; i < 3; ++i) shards += shares_of(i);
        return shards == 12;
      },
      2 * kFailoverMs);
  EXPECT_GT(took_ms, kFailoverMs - kTakeMs);
  fleet.run_until([&] { return fleet.in_balance(); }, kMinuteMs);
  expect_all_read();
  // 3 shards at 10 records/s, for at most one checkpoint interval.
  EXPECT_LE(fleet.duplicates() - duplicates, 3 * 10 * 6);
}

TEST_P(leases, shards_that_are_handed_over_are_continued_within_one_take_interval_without_duplicates) {
  settle_down(4, 12);
  const int64_t duplicates = fleet.duplicates();
  fleet.stop(0);
  fleet.run_until(
      [&] {
        size_t shards = 0;
        for (size_t i = 0; i < 3; ++i) shards += shares_of(i);
        return shards == 12;
      },
      kTakeMs + kStaleMs + kCallsMs);
  fleet.run_until([&] { return fleet.in_balance(); }, kMinuteMs);
  expect_all_read();
  EXPECT_LE(fleet.duplicates() - duplicates, 3 * 20);  // the last records were not settled
}

TEST_P(leases, two_joining_workers_get_their_shares_and_no_lease_moves_twice) {
  settle_down(4, 12);
  fleet.start_many(2);
  fleet.run_until([&] { return fleet.in_balance(); }, 2 * kMinuteMs);
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(shares_of(i), 2U);
  EXPECT_EQ(fleet.worker(4).stat("taken_leases") + fleet.worker(5).stat("taken_leases"), 4);
  expect_all_read();
}

TEST_P(leases, a_worker_frozen_past_the_failover_time_emits_nothing_of_lost_shards) {
  settle_down(4, 12);
  for (int round = 0; round < 5; ++round) {
    FleetWorker& frozen = fleet.worker(static_cast<size_t>(round) % 4);
    frozen.frozen = true;
    fleet.run(2 * kFailoverMs + int64_t{round} * 1'234);
    frozen.frozen = false;  // the checker watches what it emits and writes
    fleet.run_until([&] { return fleet.in_balance(); }, 2 * kMinuteMs);
  }
  expect_all_read();
}

TEST_P(leases, a_lease_that_is_taken_to_balance_the_load_does_not_count_as_expired) {
  settle_down(2, 12);
  fleet.start_many(2);
  fleet.run_until([&] { return fleet.in_balance(); }, 2 * kMinuteMs);
  int64_t lost = 0, expired = 0;
  for (size_t i = 0; i < 4; ++i) {
    lost += fleet.worker(i).stat("lost_leases");
    expired += fleet.worker(i).stat("expired_leases");
  }
  EXPECT_GE(lost, 6);
  EXPECT_EQ(expired, 0);
  fleet.worker(0).frozen = true;
  fleet.run(3 * kFailoverMs);
  fleet.worker(0).frozen = false;
  fleet.run(kTakeMs);
  EXPECT_EQ(fleet.worker(0).stat("expired_leases"), 3);
  expect_all_read();
}

TEST_P(leases, a_worker_frozen_for_less_than_the_failover_time_continues) {
  settle_down(2, 4);
  const int64_t lost = fleet.worker(0).stat("lost_leases");
  fleet.worker(0).frozen = true;
  fleet.run(kFailoverMs - kTakeMs - 100);
  fleet.worker(0).frozen = false;
  fleet.run(kMinuteMs);
  EXPECT_EQ(fleet.worker(0).stat("lost_leases"), lost);
  expect_all_read();
}

TEST_P(leases, no_lease_is_lost_while_the_outputs_are_blocked) {
  settle_down(4, 12);
  for (size_t i = 0; i < 4; ++i) fleet.worker(i).blocked = true;
  const int64_t lost = fleet.worker(0).stat("lost_leases");
  fleet.run(10 * kFailoverMs);
  EXPECT_EQ(fleet.worker(0).stat("lost_leases"), lost);
  EXPECT_TRUE(fleet.in_balance());
  for (size_t i = 0; i < 4; ++i) fleet.worker(i).blocked = false;
  expect_all_read();
}

TEST_P(leases, a_worker_that_cannot_reach_the_table_stops_and_another_continues) {
  settle_down(3, 6);
  fleet.worker(0).sim().transport().cut_off_until(fleet.clock.monotonic_ms() + 3 * kFailoverMs);
  fleet.run(2 * kFailoverMs);
  EXPECT_FALSE(fleet.worker(0).leases().healthy());
  fleet.run_until([&] { return fleet.in_balance() && fleet.worker(0).leases().healthy(); }, 2 * kMinuteMs);
  expect_all_read();
}

TEST_P(leases, a_table_outage_loses_no_lease) {
  settle_down(3, 6);
  int64_t lost = 0;
  for (size_t i = 0; i < 3; ++i) {
    lost += fleet.worker(i).stat("lost_leases");
    fleet.worker(i).sim().transport().cut_off_until(fleet.clock.monotonic_ms() + 3 * kFailoverMs);
  }
  fleet.run(3 * kFailoverMs + kMinuteMs);
  for (size_t i = 0; i < 3; ++i) lost -= fleet.worker(i).stat("lost_leases");
  EXPECT_EQ(lost, 0);
  expect_all_read();
}

TEST_P(leases, a_table_with_denied_access_is_requested_every_30_s) {
  const model::Fault rejected = model::error_fault({400, "AccessDeniedException", "no"});
  fleet.service().faults().next_calls("DescribeTable", rejected, 2);
  fleet.start();
  const auto asked = [&] { return fleet.service().stats().calls.find("DescribeTable")->second; };
  fleet.run(29'000);
  EXPECT_EQ(asked(), 1U);
  fleet.run(2'000);
  EXPECT_EQ(asked(), 2U);
}

TEST_P(leases, a_throttled_table_causes_delays_but_nothing_is_emitted_without_a_valid_lease) {
  settle_down(3, 6);
  fleet.service().faults().set_rates({.throttle = 0.7});
  fleet.run(10 * kMinuteMs);
  fleet.service().faults().set_rates({});
  fleet.run_until([&] { return fleet.in_balance(); }, 2 * kMinuteMs);
  expect_all_read();
}

TEST_P(leases, lost_responses_lose_no_records_and_no_lease) {
  settle_down(4, 12);
  int64_t lost = 0;
  for (size_t i = 0; i < 4; ++i) lost += fleet.worker(i).stat("lost_leases");
  fleet.service().faults().set_rates({.internal_failure = 0.05, .close = 0.05, .lose_response = 0.1});
  fleet.run(20 * kMinuteMs);
  for (size_t i = 0; i < 4; ++i) lost -= fleet.worker(i).stat("lost_leases");
  EXPECT_EQ(lost, 0);
  EXPECT_TRUE(fleet.in_balance());
  expect_all_read();
}

TEST_P(leases, rows_deleted_by_an_operator_are_recreated_at_their_positions) {
  settle_down(3, 6);
  fleet.run(kMinuteMs);
  const int64_t duplicates = fleet.duplicates();
  for (const auto& shard : fleet.list()) fleet.delete_row(shard.id);
  fleet.run_until([&] { return fleet.service().table("app")->keys_after("").size() == 6 && fleet.in_balance(); },
                  2 * kMinuteMs);
  expect_all_read();
  EXPECT_LE(fleet.duplicates() - duplicates, 6 * 10 * 10);  // not for the minute before
}

TEST_P(leases, a_worker_that_was_frozen_does_not_recreate_a_deleted_finished_row) {
  settle_down(2, 2);
  const std::string shard = *fleet.worker(0).shards().begin();
  fleet.worker(0).frozen = true;
  fleet.split(shard);
  fleet.run_until([&] { return !has_row(shard); }, 5 * kMinuteMs);
  fleet.worker(0).frozen = false;
  expect_no_row_for_a_minute(shard);
  expect_all_read();
}

TEST_P(leases, a_worker_that_slept_does_not_create_rows_found_missing_before) {
  settle_down(1, 1);
  const std::string shard = "shardId-000000000000", child = "shardId-000000000001";
  fleet.start();
  fleet.run(kMinuteMs);
  fleet.kill(0);
  fleet.delete_row(shard);
  fleet.service().faults().next_calls("PutItem", model::internal_failure());
  const auto puts = [&] { return fleet.service().stats().calls.at("PutItem"); };
  const uint64_t before = puts();
  fleet.run_until([&] { return puts() > before; }, 2 * kMinuteMs);  // after the next list
  fleet.worker(0).frozen = true;
  ASSERT_FALSE(has_row(shard));
  fleet.split(shard);
  fleet.start();
  fleet.run_until([&] { return fleet.shards().at(child).read > 0 && !has_row(shard); }, 5 * kMinuteMs);
  fleet.worker(0).frozen = false;
  expect_no_row_for_a_minute(shard);
  expect_all_read();
}

TEST_P(leases, a_reshard_is_read_parents_first_and_old_leases_are_deleted) {
  settle_down(3, 6);
  fleet.split("shardId-000000000000");
  fleet.run_until([&] { return fleet.in_balance(); }, 2 * kMinuteMs);
  fleet.merge("shardId-000000000006", "shardId-000000000007");
  fleet.split("shardId-000000000003");
  fleet.run_until([&] { return fleet.in_balance(); }, 2 * kMinuteMs);
  fleet.run_until(
      [&] {
        for (const kinesis::ShardInfo& shard : fleet.list())
          if (!shard.open && fleet.service().table("app")->row(shard.id) != nullptr) return false;
        return true;
      },
      2 * kMinuteMs);
  expect_all_read();
}

// The quantities that are billed. A third of the failover time is 3,333 ms: 1,080 writes per hour, plus one if the
// hour includes both of its ends.
TEST_P(leases, a_lease_is_written_1080_times_an_hour_for_busy_and_idle_shards) {
  settle_down(2, 6);
  for (const int records_a_second : {0, 50}) {
    fleet.set_records_a_second(records_a_second);
    fleet.run(kMinuteMs);
    const dynamodb::Stats before = fleet.service().stats();
    const int64_t counted = fleet.worker(0).stat("lease_writes") + fleet.worker(1).stat("lease_writes");
    fleet.run(60 * kMinuteMs);
    const dynamodb::Stats& after = fleet.service().stats();
    const auto calls = [&](const char* operation) {
      const auto had = before.calls.find(operation), has = after.calls.find(operation);
      return (has == after.calls.end() ? 0 : has->second) - (had == before.calls.end() ? 0 : had->second);
    };
    const uint64_t writes = calls("UpdateItem");
    EXPECT_EQ(writes, static_cast<uint64_t>(fleet.worker(0).stat("lease_writes") +
                                            fleet.worker(1).stat("lease_writes") - counted));
    EXPECT_LE(writes, 6 * 1'081U);
    EXPECT_GE(writes, 6 * 1'060U);
    EXPECT_EQ(after.write_units - before.write_units, writes);  // rows under 1 KiB
    EXPECT_LE(calls("Scan"), 2 * 3'600 / 2.5);
    EXPECT_EQ(calls("GetItem"), 0U);
    std::printf("%d records a second: %.1f writes a shard-hour, %.1f scans a worker-hour, %.1f half read units\n",
                records_a_second, static_cast<double>(writes) / 6, static_cast<double>(calls("Scan")) / 2,
                static_cast<double>(after.half_read_units - before.half_read_units) / 2);
  }
}

// All faults together, for forty minutes.
TEST_P(leases, all_lease_faults_together_lose_nothing) {
  settle_down(4, 8);
  SimRandom random(GetParam());
  fleet.service().faults().set_rates(
      {.throttle = 0.05, .internal_failure = 0.02, .close = 0.02, .lose_response = 0.05, .truncate = 0.02});
  for (int round = 0; round < 40; ++round) {
    std::vector<std::string> open;
    for (const kinesis::ShardInfo& shard : fleet.list())
      if (shard.open) open.push_back(shard.id);
    FleetWorker& worker = fleet.worker(random.up_to(fleet.workers() - 1));
    switch (random.up_to(7)) {
      case 0:
        fleet.kill(random.up_to(fleet.workers() - 1));
        break;
      case 1:
        fleet.stop(random.up_to(fleet.workers() - 1));
        break;
      case 2:
        worker.frozen = true;
        break;
      case 3:
        worker.sim().transport().cut_off_until(fleet.clock.monotonic_ms() + 25'000);
        break;
      case 4:
        fleet.split(open[random.up_to(open.size() - 1)]);
        break;
      case 5: {
        const size_t first = random.up_to(open.size() - 2);
        if (open.size() > 3) fleet.merge(open[first], open[first + 1]);
        break;
      }
      case 6:
        fleet.delete_row(open[random.up_to(open.size() - 1)]);
        break;
      default:
        worker.blocked = true;
    }
    while (fleet.workers() < 4) fleet.start();
    fleet.run(kMinuteMs);
    for (size_t i = 0; i < fleet.workers(); ++i) fleet.worker(i).frozen = fleet.worker(i).blocked = false;
  }
  fleet.service().faults().set_rates({});
  fleet.run_until([&] { return fleet.in_balance(); }, 10 * kMinuteMs);
  expect_all_read();
}

}  // namespace
}  // namespace penstock::sim
