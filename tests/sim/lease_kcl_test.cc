// Workers of Penstock and of KCL at one table, in virtual time. The checker is in the fleet.
#include <gtest/gtest.h>

#include "tests/sim/lease_fleet.h"

namespace penstock::sim {
namespace {

constexpr int64_t kMinuteMs = 60'000;

struct leases_with_kcl : testing::TestWithParam<uint64_t> {
  void start(int ours, int of_kcl, int shards) {
    fleet.add_shards(shards);
    fleet.start_many(ours);
    for (int i = 0; i < of_kcl; ++i) fleet.start_kcl();
    expect_balance();
  }
  void expect_balance() {
    fleet.run_until([&] { return fleet.in_balance(); }, 10 * kMinuteMs);
  }
  void expect_all_read() {
    fleet.set_records_a_second(0);
    fleet.run_until([&] { return fleet.all_read(); }, 10 * kMinuteMs);
  }

  LeaseFleet fleet{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(seeds, leases_with_kcl, testing::Range<uint64_t>(1, 6));

TEST_P(leases_with_kcl, shares_of_penstock_and_kcl_become_even_and_stay_so) {
  start(2, 2, 12);
  const auto taken = [&] {
    return fleet.worker(0).stat("taken_leases") + fleet.worker(1).stat("taken_leases") +
           fleet.kcl_worker(0).taken() + fleet.kcl_worker(1).taken();
  };
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(fleet.worker(i).shards().size(), 3U);
    EXPECT_EQ(fleet.kcl_worker(i).shards().size(), 3U);
  }
  const int64_t before = taken();
  fleet.run(10 * kMinuteMs);
  EXPECT_EQ(taken(), before);
  expect_all_read();
}

TEST_P(leases_with_kcl, shards_of_a_dead_worker_of_either_library_are_continued) {
  start(2, 2, 12);
  fleet.kill_kcl(0);
  expect_balance();
  fleet.kill(0);
  expect_balance();
  EXPECT_EQ(fleet.worker(0).shards().size(), 6U);
  expect_all_read();
}

TEST_P(leases_with_kcl, either_library_takes_over_from_the_other_while_records_flow) {
  start(3, 3, 9);
  for (int i = 0; i < 3; ++i) {
    fleet.stop(0);
    fleet.run(kMinuteMs);
  }
  expect_balance();
  fleet.start_many(3);
  expect_balance();
  for (int i = 0; i < 3; ++i) {
    fleet.kill_kcl(0);
    fleet.run(kMinuteMs);
  }
  expect_balance();
  expect_all_read();
}

TEST_P(leases_with_kcl, leases_that_workers_of_kcl_may_not_take_are_read_by_penstock) {
  fleet.add_shards(9);
  fleet.start_many(2);
  for (int i = 0; i < 2; ++i) fleet.start_kcl(1);
  fleet.run(2 * kMinuteMs);
  fleet.stop(0);
  fleet.run_until([&] { return fleet.worker(0).shards().size() == 7; }, 2 * kMinuteMs);
  fleet.run_until([&] { return fleet.worker(0).stat("free_leases") == 0; }, kMinuteMs);
  for (size_t i = 0; i < 2; ++i) EXPECT_EQ(fleet.kcl_worker(i).shards().size(), 1U);
  expect_all_read();
}

// The last of our workers reads a shard to its end, and leaves before a list shows the children.
TEST_P(leases_with_kcl, children_of_a_shard_that_the_last_penstock_worker_ended_are_read_by_kcl) {
  start(1, 1, 4);
  fleet.freeze_lists();
  const std::set<std::string> ours = fleet.worker(0).shards();
  fleet.split(*ours.begin());
  fleet.merge(*ours.rbegin(), *fleet.kcl_worker(0).shards().begin());
  fleet.run(kMinuteMs);
  fleet.stop(0);
  fleet.set_records_a_second(0);
  fleet.run_until([&] { return fleet.all_read(); }, 60 * kMinuteMs);
}

TEST_P(leases_with_kcl, penstock_and_kcl_read_a_reshard_parents_first) {
  start(2, 2, 8);
  fleet.split(*fleet.worker(0).shards().begin());
  fleet.split(*fleet.kcl_worker(0).shards().begin());
  fleet.run(2 * kMinuteMs);
  expect_balance();
  fleet.merge(*fleet.worker(1).shards().begin(), *fleet.kcl_worker(1).shards().begin());
  fleet.run(2 * kMinuteMs);
  expect_balance();
  expect_all_read();
}

}  // namespace
}  // namespace penstock::sim
