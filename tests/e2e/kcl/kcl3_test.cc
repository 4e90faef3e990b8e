// Our workers on a lease table of KCL 3 whose leader assigns the leases.
#include <signal.h>

#include "tests/e2e/kcl/kcl3_fixture.h"

namespace penstock::e2e {
namespace {

TEST_F(kcl3, our_worker_takes_nothing_from_a_fleet_whose_leader_assigns_the_leases) {
  if (!client_version_in_table) GTEST_SKIP() << "the client version of 3.0 is in another table";
  MixedFleet fleet(*dynamodb, class_path, 4);
  ChildProcess& theirs = fleet.start_kcl({.mode = kMode3x});
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(theirs, [&] { return fleet.all_read() && fleet.shards_of_kcl(0) == 4; })) << fleet.logs();
  ChildProcess& ours = fleet.start_penstock();
  EXPECT_TRUE(ours.says("PS0504", 60)) << fleet.logs();
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(theirs, [&] { return fleet.all_read(); })) << fleet.logs();
  EXPECT_EQ(fleet.shards_of_kcl(0), 4U) << fleet.logs();
  EXPECT_EQ(fleet.count("Penstock starts next to a fleet of 3X").lost, 0U) << fleet.logs();
}

// Its leader and our workers both change owners, which the fleet must survive although it should be avoided.
TEST_F(kcl3, our_worker_warns_of_a_fleet_of_3_0_and_loses_nothing_next_to_it) {
  if (client_version_in_table) GTEST_SKIP() << "the client version is in the lease table";
  MixedFleet fleet(*dynamodb, class_path, 4);
  ChildProcess& theirs = fleet.start_kcl({.mode = kMode3x});
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(theirs, [&] { return fleet.all_read() && fleet.shards_of_kcl(0) == 4; })) << fleet.logs();
  ChildProcess& ours = fleet.start_penstock();
  EXPECT_TRUE(ours.says("PS0512", 60)) << fleet.logs();
  size_t looks = 0;
  ASSERT_TRUE(fleet.wait(theirs, [&] {
    fleet.put(20);
    return ++looks >= 60;
  })) << fleet.logs();
  ASSERT_TRUE(fleet.wait(theirs, [&] { return fleet.all_read(); })) << fleet.logs();
  std::printf("leases of KCL: %zu of 4\n", fleet.shards_of_kcl(0));
  ours.signal(SIGTERM);
  EXPECT_EQ(ours.wait(60), 0) << fleet.logs();
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(theirs, [&] { return fleet.all_read(); })) << fleet.logs();
  EXPECT_EQ(fleet.count("Penstock comes to a fleet of 3.0 and leaves").lost, 0U) << fleet.logs();
}

// 3.5 leaves the client version of an application that 3.0 began in 3.0's table.
TEST_F(kcl3, our_worker_warns_of_a_fleet_of_3_5_that_3_0_began) {
  const char* const before = std::getenv("PENSTOCK_KCL_3_0_CLASS_PATH");
  if (!client_version_in_table || before == nullptr) GTEST_SKIP() << "needs this version and 3.0";
  MixedFleet fleet(*dynamodb, class_path, 4);
  ChildProcess& first = fleet.start_kcl({.class_path = before});
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(first, [&] { return fleet.all_read(); })) << fleet.logs();
  first.signal(SIGTERM);
  first.wait(90);
  ChildProcess& theirs = fleet.start_kcl();
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(theirs, [&] { return fleet.all_read() && fleet.shards_of_kcl(1) == 4; })) << fleet.logs();
  ChildProcess& ours = fleet.start_penstock();
  EXPECT_TRUE(ours.says("PS0512", 60)) << fleet.logs();
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.shards_of_kcl(1) == 2; })) << fleet.logs();
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.all_read(); })) << fleet.logs();
  EXPECT_EQ(fleet.count("Penstock next to 3.5 in a fleet that 3.0 began").lost, 0U) << fleet.logs();
}

TEST_F(kcl3, our_worker_hands_over_when_the_leader_begins_to_assign_and_returns_after_a_rollback) {
  if (!client_version_in_table) GTEST_SKIP() << "the client version of 3.0 is in another table";
  MixedFleet fleet(*dynamodb, class_path, 4);
  ChildProcess& theirs = fleet.start_kcl();
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(theirs, [&] { return fleet.all_read() && fleet.shards_of_kcl(0) == 4; })) << fleet.logs();
  ChildProcess& ours = fleet.start_penstock();
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.shards_of_kcl(0) == 2; })) << fleet.logs();
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.all_read(); })) << fleet.logs();
  fleet.count("KCL 3 as 2.x next to Penstock");
  set_client_version(fleet, "CLIENT_VERSION_3X_WITH_ROLLBACK");
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(theirs, [&] { return fleet.all_read() && fleet.shards_of_kcl(0) == 4; })) << fleet.logs();
  EXPECT_TRUE(ours.says("handing over the leases of this worker", 1)) << fleet.logs();
  fleet.count("the leader of KCL 3 begins to assign the leases");
  set_client_version(fleet, "CLIENT_VERSION_2X");
  ASSERT_TRUE(fleet.wait(ours, [&] {
    fleet.put(10);
    return fleet.shards_of_kcl(0) == 2;
  })) << fleet.logs();
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.all_read(); })) << fleet.logs();
  EXPECT_EQ(fleet.count("rolled back to 2X").lost, 0U) << fleet.logs();
}

}  // namespace
}  // namespace penstock::e2e
