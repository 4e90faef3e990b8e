// A KCL application that reads two streams, and workers of Penstock that read the same two, on one lease table.
#include <signal.h>

#include "tests/e2e/kcl/kcl_fixture.h"
#include "tests/e2e/kcl/mixed_fleet.h"

namespace penstock::e2e {
namespace {

TEST_F(kcl, two_streams_move_from_kcl_to_penstock_and_back_without_loss) {
  if (version.starts_with("1.")) GTEST_SKIP() << "version 1 of KCL reads one stream";
  MixedFleet fleet(*dynamodb, class_path, 2, {"in", "in-2"});
  fleet.put(200);
  ChildProcess& first = fleet.start_kcl();
  ASSERT_TRUE(fleet.wait(first, [&] { return fleet.all_read() && fleet.shards_of_kcl(0) == 4; })) << fleet.logs();
  ChildProcess& ours = fleet.start_penstock();
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.shards_of_kcl(0) == 2; })) << fleet.logs();
  fleet.split(0);
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.all_read(); })) << fleet.logs();
  first.signal(SIGTERM);
  first.wait(90);
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.all_read(); })) << fleet.logs();
  ChildProcess& second = fleet.start_kcl();
  ASSERT_TRUE(fleet.wait(second, [&] { return fleet.shards_of_kcl(1) >= 2; })) << fleet.logs();
  ours.signal(SIGTERM);
  EXPECT_EQ(ours.wait(60), 0) << fleet.logs();
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(second, [&] { return fleet.all_read() && fleet.shards_of_kcl(1) == 5; })) << fleet.logs();
  EXPECT_EQ(fleet.count("two streams, takeover in both directions, a split").lost, 0U) << fleet.logs();
}

}  // namespace
}  // namespace penstock::e2e
