// Complete inputs and workers of KCL 2.x at one table, in virtual time. The checker is in the fleet.
#include <gtest/gtest.h>

#include <tuple>

#include "tests/sim/input_fleet.h"

namespace penstock::sim {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kHourMs = 60 * kMinuteMs;

InputFleet::Settings settings(uint64_t seed, size_t streams = 1, uint32_t shards = 6) {
  return {.event_every_ms = 1'000, .streams = streams, .shards = shards, .seed = seed};
}

struct kcl_fleet : testing::TestWithParam<uint64_t> {
  void start(int ours, int of_kcl) {
    for (int i = 0; i < ours; ++i) fleet.start();
    for (int i = 0; i < of_kcl; ++i) fleet.start_kcl();
    expect_balance();
  }
  void expect_balance() {
    fleet.run_until([&] { return fleet.in_balance(); }, 10 * kMinuteMs);
  }
  void expect_all_read() { fleet.rest(10 * kMinuteMs); }

  InputFleet fleet{settings(GetParam())};
};
INSTANTIATE_TEST_SUITE_P(seeds, kcl_fleet, testing::Range<uint64_t>(1, 3));

TEST_P(kcl_fleet, shares_of_penstock_and_kcl_become_even_and_stay_so) {
  start(2, 1);
  const auto taken = [&] {
    return fleet.worker(0).stat("taken_leases") + fleet.worker(1).stat("taken_leases") +
           fleet.kcl_worker(0).taken();
  };
  for (size_t i = 0; i < 2; ++i) EXPECT_EQ(fleet.share(fleet.worker(i).name()), 2U);
  const int64_t before = taken();
  fleet.run(5 * kMinuteMs);
  EXPECT_EQ(taken(), before);
  expect_all_read();
}

TEST_P(kcl_fleet, shards_of_a_dead_worker_of_either_library_are_continued) {
  start(2, 2);
  fleet.kill_kcl(0);
  expect_balance();
  fleet.kill(0);
  expect_balance();
  EXPECT_EQ(fleet.share(fleet.worker(0).name()), 3U);
  expect_all_read();
}

TEST_P(kcl_fleet, leases_that_workers_of_kcl_may_not_take_are_read_by_penstock) {
  for (int i = 0; i < 2; ++i) fleet.start();
  fleet.start_kcl(1);
  fleet.run(2 * kMinuteMs);
  fleet.stop(0);
  fleet.run_until([&] { return fleet.share(fleet.worker(0).name()) == 5; }, 2 * kMinuteMs);
  fleet.run_until([&] { return fleet.worker(0).stat("free_leases") == 0; }, kMinuteMs);
  EXPECT_EQ(fleet.share(fleet.kcl_worker(0).name()), 1U);
  expect_all_read();
}

TEST_P(kcl_fleet, penstock_and_kcl_read_reshards_parents_first) {
  start(1, 2);
  fleet.split();
  fleet.run(30'000);
  fleet.merge();
  fleet.run(10'000);
  fleet.merge();
  fleet.run(2 * kMinuteMs);
  expect_all_read();
}

// The last of our workers reads a shard to its end, and leaves before it knows the children.
TEST_P(kcl_fleet, children_of_a_shard_that_the_last_penstock_worker_ended_are_read_by_kcl) {
  start(1, 1);
  fleet.kinesis.settings().omits_child_shards = true;
  for (int i = 0; i < 3; ++i) fleet.split();
  fleet.merge();
  fleet.run(5'000);
  fleet.stop(0);
  fleet.kinesis.settings().omits_child_shards = false;
  fleet.rest(kHourMs);
}

// ---- One library leaves, and the other continues alone

struct kcl_handover : testing::TestWithParam<std::tuple<uint64_t, size_t>> {
  kcl_handover() : fleet(settings(std::get<0>(GetParam()), std::get<1>(GetParam()), 3)) {
    for (int i = 0; i < 2; ++i) fleet.start();
    for (int i = 0; i < 2; ++i) fleet.start_kcl();
    fleet.run(2 * kMinuteMs);
  }
  // The first half leaves cleanly, the other one by a kill; each in the middle of a reshard.
  template <typename Stop, typename Kill>
  void leave(const Stop& stop, const Kill& kill) {
    reshard();
    fleet.run(3'000);
    stop();
    reshard();
    fleet.run(20'000);
    kill();
    fleet.run(kMinuteMs);
    reshard();
  }
  void reshard() {
    for (size_t i = 0; i < streams(); ++i) {
      fleet.split(i);
      if (fleet.random_number(1) == 0) fleet.merge(i);
    }
  }
  size_t streams() const { return std::get<1>(GetParam()); }
  // Everything is read within an hour, finished leases are deleted, and those who stay hold the others.
  void expect_everything_read() {
    fleet.rest(kHourMs);
    fleet.run_until([&] { return fleet.in_balance() && fleet.leased_shards() == fleet.open_shards(); }, kHourMs);
  }

  InputFleet fleet;
};
INSTANTIATE_TEST_SUITE_P(seeds, kcl_handover,
                         testing::Combine(testing::Range<uint64_t>(1, 3), testing::Values(1, 2)));

TEST_P(kcl_handover, all_penstock_workers_leave_and_kcl_reads_everything_within_an_hour) {
  leave([&] { fleet.stop(0); }, [&] { fleet.kill(0); });
  expect_everything_read();
}

TEST_P(kcl_handover, all_kcl_workers_leave_and_penstock_reads_everything_within_an_hour) {
  leave([&] { fleet.stop_kcl(0); }, [&] { fleet.kill_kcl(0); });
  expect_everything_read();
}

// ---- What KCL does with rows

struct kcl_rows : testing::Test {
  InputFleet fleet{settings(1, 1, 2)};
};

TEST_F(kcl_rows, kcl_alone_starts_a_stream_follows_its_reshards_and_deletes_finished_leases_after_five_minutes) {
  fleet.start_kcl();
  fleet.run(3 * kMinuteMs);
  EXPECT_EQ(fleet.kcl_worker(0).reading(), fleet.open_shards());
  const std::set<std::string> parents = fleet.open_shards();
  fleet.split();
  fleet.run(kMinuteMs);
  EXPECT_TRUE(fleet.leased_shards().contains(*parents.begin()));
  fleet.run(5 * kMinuteMs);
  EXPECT_EQ(fleet.leased_shards(), fleet.open_shards());
  fleet.rest(kMinuteMs);
}

TEST_F(kcl_rows, a_lease_deleted_by_hand_is_created_again_by_the_leader_of_kcl_after_three_audits) {
  fleet.start_kcl();
  fleet.run(3 * kMinuteMs);
  const std::string lost = *fleet.open_shards().begin();
  fleet.delete_row(lost);
  fleet.run(3 * kMinuteMs);
  EXPECT_FALSE(fleet.leased_shards().contains(lost));
  fleet.run(4 * kMinuteMs);
  EXPECT_TRUE(fleet.leased_shards().contains(lost));
  fleet.rest(kMinuteMs);
}

TEST_F(kcl_rows, a_lease_at_shard_end_that_kcl_takes_is_deleted_when_its_children_are_read) {
  fleet.start();
  fleet.run(kMinuteMs);
  const std::string parent = *fleet.open_shards().begin();
  fleet.split();
  fleet.run(8'000);  // its row stays for a failover time
  EXPECT_EQ(fleet.checkpoint(parent), kinesis::kShardEnd);
  fleet.kill(0);
  fleet.start_kcl();
  fleet.run(2 * kMinuteMs);
  EXPECT_TRUE(fleet.leased_shards().contains(parent));
  fleet.run(10 * kMinuteMs);
  EXPECT_EQ(fleet.leased_shards(), fleet.open_shards());
  fleet.rest(kMinuteMs);
}

// KCL begins a shard although a parent has no lease. A worker of KCL leaves such a parent if it fails in the
// middle of creating the first leases.
TEST_F(kcl_rows, the_child_of_a_merge_gets_no_lease_while_a_parent_has_none) {
  fleet.start_kcl();
  fleet.run(kMinuteMs);
  fleet.kill_kcl(0);
  const std::string first = *fleet.open_shards().begin(), other = *fleet.open_shards().rbegin();
  fleet.delete_row(other);
  dynamodb::Item row = *fleet.dynamodb.table("app")->row(first);
  row.erase("leaseOwner");
  fleet.dynamodb.put_row("app", row);
  fleet.run(10'000);
  fleet.merge();
  fleet.start();
  fleet.run(8'000);  // the other lease counts as missing only after a failover time
  EXPECT_EQ(fleet.leased_shards(), std::set<std::string>{first});
  fleet.kill(0);
  fleet.start_kcl();
  fleet.rest(kHourMs);
}

TEST_F(kcl_rows, penstock_creates_the_lease_of_a_parent_before_that_of_the_child) {
  fleet.start_kcl();
  fleet.run(kMinuteMs);
  fleet.kill_kcl(0);
  fleet.delete_row(*fleet.open_shards().rbegin());
  fleet.run(10'000);
  fleet.merge();
  fleet.start();
  fleet.run_until([&] { return fleet.leased_shards() == fleet.open_shards(); }, 5 * kMinuteMs);
  fleet.rest(kMinuteMs);
}

// KCL takes it for finished, but cannot find out its children.
TEST_F(kcl_rows, a_lease_whose_shard_has_left_retention_is_deleted_by_kcl_and_the_leader_begins_the_children) {
  fleet.start_kcl();
  fleet.run(3 * kMinuteMs);
  fleet.rest(kMinuteMs);
  fleet.stop_kcl(0);
  fleet.split();
  for (model::Shard& shard : fleet.kinesis.stream("in")->shards())
    if (shard.closed()) fleet.kinesis.trim(shard, shard.records.size());
  fleet.start_kcl();
  fleet.run_quietly(10 * kMinuteMs);
  EXPECT_EQ(fleet.leased_shards(), fleet.open_shards());
  EXPECT_EQ(fleet.kcl_worker(0).reading(), fleet.open_shards());
  fleet.run(kMinuteMs);
  fleet.rest(kMinuteMs);
}

TEST_F(kcl_rows, kcl_starts_at_latest_where_it_is_now_and_penstock_continues_from_there) {
  InputFleet latest({.initial = {kinesis::InitialPosition::Kind::latest}, .shards = 2});
  latest.run(kMinuteMs);
  latest.run_quietly(1'000);
  latest.start_kcl();
  latest.run_quietly(3 * kMinuteMs);
  latest.begin_here();
  EXPECT_EQ(latest.checkpoint(*latest.open_shards().begin()), "LATEST");
  latest.run(10'000);
  latest.start();
  latest.run_until([&] { return latest.in_balance(); }, 3 * kMinuteMs);
  latest.split();
  latest.stop_kcl(0);
  latest.rest(kMinuteMs);
}

// docs/kcl.md: "A shard at LATEST without records".
TEST_F(kcl_rows, an_idle_lease_at_latest_that_penstock_hands_over_is_begun_by_kcl_at_its_own_time) {
  InputFleet latest({.event_every_ms = 100, .initial = {kinesis::InitialPosition::Kind::latest}, .shards = 2});
  latest.start();
  latest.run_quietly(20'000);
  latest.stop(0);
  latest.run(10'000);
  latest.start_kcl();
  latest.run_quietly(kMinuteMs);
  EXPECT_EQ(latest.kcl_worker(0).reading(), latest.open_shards());
  for (const std::string& shard : latest.open_shards()) EXPECT_EQ(latest.checkpoint(shard), "LATEST");
  latest.begin_here();
  latest.run(10'000);
  latest.rest(kMinuteMs);
}

// KCL takes the time from its own configuration.
TEST_F(kcl_rows, kcl_does_not_read_a_lease_at_timestamp_with_another_initial_position_and_penstock_does) {
  fleet.start_kcl();
  fleet.run(3 * kMinuteMs);
  fleet.kill_kcl(0);
  const std::string shard = *fleet.open_shards().begin();
  dynamodb::Item row = *fleet.dynamodb.table("app")->row(shard);
  row.at("checkpoint").text = "AT_TIMESTAMP";
  fleet.delete_row(shard);
  fleet.dynamodb.put_row("app", row);
  fleet.start_kcl();
  fleet.run(3 * kMinuteMs);
  EXPECT_FALSE(fleet.kcl_worker(0).reading().contains(shard));
  EXPECT_EQ(fleet.checkpoint(shard), "AT_TIMESTAMP");
  fleet.kill_kcl(0);
  fleet.start();
  fleet.rest(3 * kMinuteMs);
}

TEST_F(kcl_rows, kcl_and_penstock_started_together_at_a_timestamp_read_everything_from_there) {
  InputFleet timed({.event_every_ms = 100,
                    .initial = {kinesis::InitialPosition::Kind::at_timestamp, SimClock().unix_ms() + 90'000},
                    .shards = 2});
  timed.run(kMinuteMs);
  timed.split();
  timed.run_quietly(30'000);
  timed.begin_here();
  timed.run(20'000);
  timed.split();
  timed.start_kcl();
  timed.start_kcl();
  timed.run(kMinuteMs);
  timed.start();
  timed.rest(5 * kMinuteMs);
  EXPECT_EQ(timed.duplicates(), 0);
}

}  // namespace
}  // namespace penstock::sim
