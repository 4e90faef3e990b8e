// The simulated disk, environment and log.
#include <gtest/gtest.h>

#include "tests/sim/sim_env.h"

namespace penstock::sim {
namespace {

class sim_files : public testing::Test {
 protected:
  SimClock clock;
  model::Service service{{}, [this] { return clock.unix_ms(); }};
  SimEnv sim{clock, service, 1};
  SimFiles& files = sim.files();
};

TEST_F(sim_files, what_was_replaced_is_read_back_and_survives) {
  EXPECT_EQ(files.read("/f", 10).status().code(), Code::not_found);
  EXPECT_TRUE(files.replace("/f", "0123456789"));
  EXPECT_EQ(*files.read("/f", 10), "0123456789");
  EXPECT_EQ(files.read("/f", 9).status().code(), Code::too_large);
  sim.crash();
  EXPECT_EQ(*files.read("/f", 10), "0123456789");
}

TEST_F(sim_files, a_full_disk_takes_nothing_of_what_does_not_fit) {
  files.put("/f", "old");
  files.set_free_bytes(5);
  EXPECT_EQ(files.replace("/f", "123456").code(), Code::io);
  EXPECT_EQ(files.content("/f"), "old");
  auto file = std::move(*files.append_to("/g"));
  EXPECT_TRUE(file->append("12345"));
  EXPECT_EQ(file->append("6").code(), Code::io);
  EXPECT_EQ(files.content("/g"), "12345");
  files.set_free_bytes(std::nullopt);
  EXPECT_TRUE(file->append("6"));
}

TEST_F(sim_files, a_failing_sync_is_told_and_replaces_nothing) {
  files.put("/f", "old");
  files.fail_syncs(true);
  EXPECT_EQ(files.replace("/f", "new").code(), Code::io);
  EXPECT_EQ(files.content("/f"), "old");
  auto file = std::move(*files.append_to("/g"));
  EXPECT_TRUE(file->append("x"));
  EXPECT_EQ(file->sync().code(), Code::io);
  files.fail_syncs(false);
  EXPECT_TRUE(file->sync());
  EXPECT_EQ(files.syncs(), 1U);
}

TEST_F(sim_files, a_crash_keeps_what_was_synced_and_a_beginning_of_the_rest) {
  std::set<size_t> sizes;
  for (int i = 0; i < 50; ++i) {
    const std::string path = "/f" + std::to_string(i);
    auto file = std::move(*files.append_to(path));
    EXPECT_TRUE(file->append("synced"));
    EXPECT_TRUE(file->sync());
    EXPECT_TRUE(file->append("unsynced"));
    auto never = std::move(*files.append_to("/never"));
    EXPECT_TRUE(never->append("lost"));
    sim.crash();
    EXPECT_EQ(files.content("/never"), std::nullopt);
    const std::string left = *files.content(path);
    EXPECT_TRUE(std::string("syncedunsynced").starts_with(left));
    EXPECT_GE(left.size(), 6U);
    sizes.insert(left.size());
    EXPECT_EQ(file->append("x").code(), Code::io);
  }
  EXPECT_GT(sizes.size(), 4U);
}

TEST_F(sim_files, a_kill_loses_no_bytes_and_gives_up_the_locks) {
  auto file = std::move(*files.append_to("/f"));
  EXPECT_TRUE(file->append("bytes"));
  EXPECT_EQ(files.append_to("/f").status().code(), Code::config);
  sim.kill();
  EXPECT_EQ(files.content("/f"), "bytes");
  auto next = std::move(*files.append_to("/f"));
  // The end of the dead one must not unlock what the next life locked.
  file.reset();
  EXPECT_EQ(files.append_to("/f").status().code(), Code::config);
}

TEST_F(sim_files, a_lock_is_held_until_it_is_destroyed) {
  auto lock = std::move(*files.lock("/f"));
  EXPECT_EQ(files.lock("/f").status().code(), Code::config);
  EXPECT_TRUE(files.lock("/g").ok());
  lock.reset();
  EXPECT_TRUE(files.lock("/f").ok());
}

TEST_F(sim_files, environment_and_log_are_the_tests_own) {
  sim.variables()["NAME"] = "value";
  EXPECT_EQ(sim.env().variable("NAME"), "value");
  EXPECT_EQ(sim.env().variable("PATH"), std::nullopt);
  EXPECT_EQ(sim.env().variable("AWS_ACCESS_KEY_ID"), "AKIDEXAMPLE");
  sim.env().log(LogLevel::warn, "something happened");
  EXPECT_TRUE(sim.logged("happened"));
  EXPECT_FALSE(sim.logged("else"));
  EXPECT_EQ(sim.log()[0].level, LogLevel::warn);
}

TEST_F(sim_files, a_wrong_wall_clock_moves_neither_time_nor_service) {
  clock.set_wall_error_ms(-3'600'000);
  EXPECT_EQ(sim.env().clock.wall_ms(), clock.unix_ms() - 3'600'000);
  const int64_t before_ms = clock.monotonic_ms();
  clock.advance_to(before_ms - 5);
  EXPECT_EQ(clock.monotonic_ms(), before_ms);
  clock.advance(7);
  EXPECT_EQ(clock.monotonic_ms(), before_ms + 7);
}

}  // namespace
}  // namespace penstock::sim
