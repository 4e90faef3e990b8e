// Workers of this build and of an earlier one on one lease table, as during an update of the machines one by one.
// The environment variable PENSTOCK_EARLIER_HOST names the program of the earlier build.
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>

#include "tests/e2e/kcl/mixed_fleet.h"

namespace penstock::e2e {
namespace {

TEST(earlier_build, shards_move_from_it_to_this_build_and_back_without_loss) {
  const char* const earlier = std::getenv("PENSTOCK_EARLIER_HOST");
  if (earlier == nullptr) GTEST_SKIP() << "PENSTOCK_EARLIER_HOST is not set";
  std::string why;
  const std::unique_ptr<DynamoDb> dynamodb = start_dynamodb(why);
  if (!dynamodb) GTEST_SKIP() << why;
  MixedFleet fleet(*dynamodb, "", 4);
  const auto start = [&](bool of_earlier_build) -> ChildProcess& {
    of_earlier_build ? setenv("PENSTOCK_TEST_HOST", earlier, 1) : unsetenv("PENSTOCK_TEST_HOST");
    ChildProcess& worker = fleet.start_penstock();
    unsetenv("PENSTOCK_TEST_HOST");
    return worker;
  };
  const auto leave = [&](ChildProcess& worker) {
    worker.signal(SIGTERM);
    EXPECT_EQ(worker.wait(60), 0) << fleet.logs();
  };
  ChildProcess& first = start(true);
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(first, [&] { return fleet.all_read(); })) << fleet.logs();
  ChildProcess& second = start(false);
  ASSERT_TRUE(second.says(": lease taken", 60)) << fleet.logs();
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(second, [&] { return fleet.all_read(); })) << fleet.logs();
  leave(first);
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(second, [&] { return fleet.all_read(); })) << fleet.logs();
  ChildProcess& third = start(true);
  ASSERT_TRUE(third.says(": lease taken", 60)) << fleet.logs();
  leave(second);
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(third, [&] { return fleet.all_read(); })) << fleet.logs();
  EXPECT_EQ(fleet.count("takeover from an earlier build and back").lost, 0U) << fleet.logs();
}

}  // namespace
}  // namespace penstock::e2e
