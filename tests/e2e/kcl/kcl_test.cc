// Workers of Penstock next to workers of the published Kinesis Client Library. scripts/test-kcl.sh runs this
// program, once for each version.
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/e2e/kcl/kcl_fixture.h"
#include "tests/e2e/kcl/mixed_fleet.h"
#include "tests/model_kinesis/unix_now.h"

namespace penstock::e2e {
namespace {

// Puts records while all shards, of which there are four, move from a worker of KCL to ours and to another one of
// KCL. The first shard may be split in between.
void move_there_and_back(MixedFleet& fleet, bool split) {
  fleet.put(200);
  ChildProcess& first = fleet.start_kcl();
  ASSERT_TRUE(fleet.wait(first, [&] { return fleet.all_read() && fleet.shards_of_kcl(0) == 4; })) << fleet.logs();
  ChildProcess& ours = fleet.start_penstock();
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.shards_of_kcl(0) == 2; })) << fleet.logs();
  if (split) fleet.split(0);
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.all_read(); })) << fleet.logs();
  first.signal(SIGTERM);
  first.wait(90);
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.all_read(); })) << fleet.logs();
  ChildProcess& second = fleet.start_kcl();
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.shards_of_kcl(1) >= 2; })) << fleet.logs();
  ours.signal(SIGTERM);
  EXPECT_EQ(ours.wait(60), 0) << fleet.logs();
  fleet.put(200);
  const size_t shards = split ? 5 : 4;
  ASSERT_TRUE(fleet.wait(second, [&] { return fleet.all_read() && fleet.shards_of_kcl(1) == shards; }))
      << fleet.logs();
}

TEST_F(kcl, shards_move_from_kcl_to_penstock_and_back_without_loss) {
  MixedFleet fleet(*dynamodb, class_path, 4);
  move_there_and_back(fleet, false);
  EXPECT_EQ(fleet.count("takeover in both directions").lost, 0U) << fleet.logs();
}

TEST_F(kcl, two_streams_move_from_kcl_to_penstock_and_back_without_loss) {
  if (version.starts_with("1.")) GTEST_SKIP() << "version 1 of KCL reads one stream";
  MixedFleet fleet(*dynamodb, class_path, 2, {"in", "in-2"});
  move_there_and_back(fleet, true);
  EXPECT_EQ(fleet.count("two streams, takeover in both directions, a split").lost, 0U) << fleet.logs();
}

TEST_F(kcl, a_mixed_fleet_reads_everything_across_splits_merges_and_kills) {
  MixedFleet fleet(*dynamodb, class_path, 4);
  ChildProcess& killed_kcl = fleet.start_kcl();
  ChildProcess& theirs = fleet.start_kcl();
  ASSERT_TRUE(fleet.wait(theirs, [&] { return fleet.shards_of_kcl(0) + fleet.shards_of_kcl(1) == 4; }))
      << fleet.logs();
  ChildProcess& killed = fleet.start_penstock();
  ChildProcess& ours = fleet.start_penstock();
  fleet.put(400);
  fleet.split(0);
  fleet.with_stream(
      [](model::Stream& stream) { stream.merge(stream.shards()[2], stream.shards()[3], model::unix_now_ms()); });
  fleet.put(400);
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.all_read(); })) << fleet.logs();
  killed.signal(SIGKILL);
  fleet.put(400);
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.all_read(); })) << fleet.logs();
  killed_kcl.signal(SIGKILL);
  fleet.split(1);
  fleet.put(400);
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.all_read(); })) << fleet.logs();
  EXPECT_EQ(fleet.count("splits, merges, and kill -9").lost, 0U) << fleet.logs();
}

// The last of our workers leaves while KCL is alone with a shard that ours has ended.
TEST_F(kcl, kcl_continues_alone_after_our_last_worker_has_left_at_a_reshard) {
  MixedFleet fleet(*dynamodb, class_path, 4);
  ChildProcess& ours = fleet.start_penstock();
  fleet.put(100);
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.all_read(); })) << fleet.logs();
  ChildProcess& theirs = fleet.start_kcl();
  ASSERT_TRUE(fleet.wait(theirs, [&] { return fleet.shards_of_kcl(0) == 2; })) << fleet.logs();
  for (size_t i = 0; i < 4; ++i) fleet.split(i);
  ours.signal(SIGTERM);
  EXPECT_EQ(ours.wait(60), 0) << fleet.logs();
  fleet.put(400);
  ASSERT_TRUE(fleet.wait(theirs, [&] { return fleet.all_read() && fleet.shards_of_kcl(0) == 8; })) << fleet.logs();
  EXPECT_EQ(fleet.count("KCL continues alone after a reshard").lost, 0U) << fleet.logs();
}

TEST_F(kcl, kcl_begins_where_seek_to_latest_has_moved_the_shards) {
  MixedFleet fleet(*dynamodb, class_path, 2);
  ChildProcess& ours = fleet.start_penstock();
  fleet.put(50);
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.all_read(); })) << fleet.logs();
  ours.signal(SIGTERM);
  EXPECT_EQ(ours.wait(60), 0) << fleet.logs();
  EXPECT_EQ(fleet.run_penstock({"seek", "--all", "--to", "latest", "--yes"}), 0) << fleet.logs();
  ChildProcess& theirs = fleet.start_kcl();
  ASSERT_TRUE(fleet.wait(theirs, [&] { return fleet.shards_of_kcl(0) == 2; })) << fleet.logs();
  // KCL reads from its own present time, when its first iterator has been created.
  ASSERT_TRUE(fleet.wait(theirs, [&] {
    fleet.put(10);
    return fleet.reads().size() > 60;
  })) << fleet.logs();
}

TEST_F(kcl, penstock_reads_what_kcl_may_not_take) {
  MixedFleet fleet(*dynamodb, class_path, 6);
  ChildProcess& staying = fleet.start_penstock();
  ChildProcess& leaving = fleet.start_penstock();
  fleet.start_kcl({.max_leases = 1});
  ASSERT_TRUE(fleet.wait(staying, [&] { return fleet.shards_of_kcl(0) == 1; })) << fleet.logs();
  leaving.signal(SIGTERM);
  EXPECT_EQ(leaving.wait(60), 0) << fleet.logs();
  fleet.put(300);
  ASSERT_TRUE(fleet.wait(staying, [&] { return fleet.all_read(); })) << fleet.logs();
  EXPECT_EQ(fleet.shards_of_kcl(0), 1U);
  EXPECT_EQ(fleet.count("a KCL worker with maxLeasesForWorker 1").lost, 0U) << fleet.logs();
}

}  // namespace
}  // namespace penstock::e2e
