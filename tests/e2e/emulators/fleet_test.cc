// Many machines, as processes: workers that crash, leave, join, stall, or cannot write while numbered events are
// put.
#include "tests/e2e/emulators/fleet.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <string>

namespace penstock::emulators {
namespace {

size_t times_in(const std::string& text, const std::string& what) {
  size_t times = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++times;
  return times;
}

// Counts lines about these shards. The logs are later than the table: after a rebalance, a worker logs a lost
// lease only when it next renews it. So the shards to pass are those that the worker holds in the table when
// counting begins.
size_t lines_of(const std::string& log, const std::set<std::string>& shards, const std::string& what) {
  size_t lines = 0;
  for (const std::string& shard : shards) lines += times_in(log, shard + ": " + what);
  return lines;
}

TEST(fleet, workers_that_crash_leave_join_freeze_and_block_lose_nothing_and_duplicate_only_after_takeovers) {
  std::string why;
  const std::unique_ptr<Dynalite> dynalite = Dynalite::start(why);
  if (!dynalite && why.ends_with("does not start")) FAIL() << why;
  if (!dynalite) GTEST_SKIP() << why;
  Fleet fleet(*dynalite);
  const auto share_alike = [&](const std::set<std::string>& workers) {
    return [&, workers] { return fleet.table().in_balance(workers); };
  };

  for (int i = 0; i < 4; ++i) fleet.start_worker();
  ASSERT_TRUE(fleet.wait(3, share_alike({"w0", "w1", "w2", "w3"}))) << fleet.all_logs();
  EXPECT_EQ(fleet.table().shards_of("w3").size(), 3u);
  EXPECT_EQ(times_in(fleet.leases_as_printed(), "  fleet:w"), 12u) << fleet.leases_as_printed();

  fleet.worker(0).signal(SIGKILL);
  ASSERT_TRUE(fleet.wait(3, share_alike({"w1", "w2", "w3"}))) << fleet.all_logs();

  // Its leases need not expire: they are free when the other workers next read the table.
  const std::set<std::string> of_leaving = fleet.table().shards_of("w1");
  const auto taken_by_others = [&](const std::string& how) {
    return lines_of(fleet.log_of(2) + fleet.log_of(3), of_leaving, "lease taken" + how);
  };
  const size_t taken_before = taken_by_others("");
  const std::string by_force = " from fleet:w1:";
  const size_t by_force_before = taken_by_others(by_force);
  fleet.worker(1).signal(SIGTERM);
  ASSERT_TRUE(fleet.wait(3, [&] {
    return fleet.table().in_balance({"w2", "w3"}) && taken_by_others("") >= taken_before + of_leaving.size();
  })) << fleet.all_logs();
  EXPECT_EQ(fleet.worker(1).wait(60), 0) << fleet.log_of(1);
  EXPECT_EQ(taken_by_others(by_force), by_force_before) << fleet.all_logs();

  fleet.start_worker();
  fleet.start_worker();
  ASSERT_TRUE(fleet.wait(3, share_alike({"w2", "w3", "w4", "w5"}))) << fleet.all_logs();

  // It is stopped with nothing of its own in flight, and the others have settled all of these events before it
  // resumes. So whatever it writes of the events that were put while it was stopped, it writes after it lost the
  // shards.
  fleet.put_events(false);
  ASSERT_TRUE(fleet.wait(3, [&] { return fleet.all_settled(); })) << fleet.all_logs();
  const std::set<std::string> shards = fleet.table().shards_of("w2");
  const std::string loss = "lease lost to another worker";
  const size_t losses = lines_of(fleet.log_of(2), shards, loss) + shards.size();
  fleet.put_events_and_freeze(2);
  ASSERT_TRUE(fleet.wait(3, [&] { return fleet.frozen(); })) << fleet.all_logs();
  for (const std::string& shard : shards)
    EXPECT_TRUE(fleet.shards_with_events_since_freezing().contains(shard)) << shard;
  ASSERT_TRUE(fleet.wait(3, [&] {
    return share_alike({"w3", "w4", "w5"})() && fleet.all_settled();
  })) << fleet.all_logs();
  fleet.worker(2).signal(SIGCONT);
  fleet.put_events(true);
  ASSERT_TRUE(fleet.wait(3, [&] {
    return lines_of(fleet.log_of(2), shards, loss) >= losses && fleet.table().in_balance({"w2", "w3", "w4", "w5"});
  })) << fleet.all_logs();
  EXPECT_EQ(fleet.written_since_freezing(2), 0u) << fleet.all_logs();

  // Its output accepts nothing for four failover times, measured by its own renewals: one in each third of that
  // time.
  constexpr int64_t kRenewals = 12;
  fleet.block_output_of(4);
  ASSERT_TRUE(fleet.wait(4, [&] { return fleet.rejected() > 0; })) << fleet.all_logs();
  const size_t written = fleet.written_by(4);
  const std::set<std::string> of_blocked = fleet.table().shards_of("w4");
  const size_t losses_before = lines_of(fleet.log_of(4), of_blocked, loss);
  const size_t takeovers = fleet.table().takeovers_of(of_blocked);
  const std::map<std::string, int64_t> counters = fleet.table().counters_of("w4");
  EXPECT_EQ(counters.size(), 3u);
  ASSERT_TRUE(fleet.wait(
      4,
      [&] {
        std::map<std::string, int64_t> now = fleet.table().counters_of("w4");
        return std::all_of(counters.begin(), counters.end(),
                           [&](const auto& then) { return now[then.first] >= then.second + kRenewals; });
      },
      120))
      << fleet.all_logs();
  EXPECT_EQ(lines_of(fleet.log_of(4), of_blocked, loss), losses_before) << fleet.all_logs();
  EXPECT_EQ(fleet.table().takeovers_of(of_blocked), takeovers) << fleet.all_logs();
  EXPECT_EQ(fleet.written_by(4), written);
  fleet.let_output_through();

  fleet.put_events(false);
  ASSERT_TRUE(fleet.wait(3, [&] { return fleet.all_settled(); })) << fleet.all_logs();
  for (size_t i = 2; i < 6; ++i) fleet.worker(i).signal(SIGTERM);
  for (size_t i = 2; i < 6; ++i) EXPECT_EQ(fleet.worker(i).wait(60), 0) << fleet.log_of(i);

  const Fleet::Count count = fleet.count();
  std::printf("%zu events, %zu copies, %zu leases taken by force\n", count.events, count.copies,
              fleet.table().takeovers().size());
  EXPECT_GT(count.events, 0u);
  EXPECT_EQ(count.lost, 0u) << fleet.all_logs();
  EXPECT_EQ(count.unexplained, 0u) << fleet.all_logs();
  EXPECT_EQ(fleet.table().steps_back(), std::vector<std::string>());
}

}  // namespace
}  // namespace penstock::emulators
