// The simulated disk, environment and log.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

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

TEST_F(sim_files, replaced_files_are_read_back_and_survive) {
  EXPECT_EQ(files.read("/f", 10).status().code(), Code::not_found);
  EXPECT_TRUE(files.replace("/f", "0123456789"));
  EXPECT_EQ(*files.read("/f", 10), "0123456789");
  EXPECT_EQ(files.read("/f", 9).status().code(), Code::too_large);
  sim.crash();
  EXPECT_EQ(*files.read("/f", 10), "0123456789");
}

TEST_F(sim_files, a_full_simulated_disk_accepts_only_what_fits) {
  files.put("/f", "old");
  files.set_free_bytes(5);
  EXPECT_EQ(files.replace("/f", "123456").code(), Code::io);
  EXPECT_EQ(files.content("/f"), "old");
  auto file = std::move(*files.append_to("/g"));
  EXPECT_TRUE(file->append("12345").status);
  EXPECT_EQ(file->append("6").status.code(), Code::io);
  EXPECT_EQ(files.content("/g"), "12345");
  files.set_free_bytes(std::nullopt);
  EXPECT_TRUE(file->append("6").status);
}

TEST_F(sim_files, a_failing_sync_is_reported_and_replaces_nothing) {
  files.put("/f", "old");
  files.fail_syncs(true);
  EXPECT_EQ(files.replace("/f", "new").code(), Code::io);
  EXPECT_EQ(files.content("/f"), "old");
  auto file = std::move(*files.append_to("/g"));
  EXPECT_TRUE(file->append("x").status);
  EXPECT_EQ(file->sync().code(), Code::io);
  files.fail_syncs(false);
  EXPECT_TRUE(file->sync());
  EXPECT_EQ(files.syncs(), 1U);
}

TEST_F(sim_files, a_crash_keeps_synced_bytes_and_a_prefix_of_the_rest) {
  std::set<size_t> sizes;
  for (int i = 0; i < 50; ++i) {
    const std::string path = "/f" + std::to_string(i);
    auto file = std::move(*files.append_to(path));
    EXPECT_TRUE(file->append("synced").status);
    EXPECT_TRUE(file->sync());
    EXPECT_TRUE(file->append("unsynced").status);
    auto never = std::move(*files.append_to("/never"));
    EXPECT_TRUE(never->append("lost").status);
    sim.crash();
    EXPECT_EQ(files.content("/never"), std::nullopt);
    const std::string left = *files.content(path);
    EXPECT_TRUE(std::string("syncedunsynced").starts_with(left));
    EXPECT_GE(left.size(), 6U);
    sizes.insert(left.size());
    EXPECT_EQ(file->append("x").status.code(), Code::io);
  }
  EXPECT_GT(sizes.size(), 4U);
}

TEST_F(sim_files, a_kill_loses_no_bytes_and_releases_the_locks) {
  auto file = std::move(*files.append_to("/f"));
  EXPECT_TRUE(file->append("bytes").status);
  EXPECT_EQ(files.append_to("/f").status().code(), Code::config);
  sim.kill();
  EXPECT_EQ(files.content("/f"), "bytes");
  auto next = std::move(*files.append_to("/f"));
  // Destroying a file of the dead process must not release the lock that the next process took.
  file.reset();
  EXPECT_EQ(files.append_to("/f").status().code(), Code::config);
}

TEST_F(sim_files, a_simulated_lock_is_held_until_it_is_destroyed) {
  auto lock = std::move(*files.lock("/f"));
  EXPECT_EQ(files.lock("/f").status().code(), Code::config);
  EXPECT_TRUE(files.lock("/g").ok());
  lock.reset();
  EXPECT_TRUE(files.lock("/f").ok());
}

TEST_F(sim_files, a_failed_append_keeps_the_complete_lines_that_were_written) {
  auto file = std::move(*files.append_to("/f"));
  files.set_free_bytes(9);
  const auto [bytes, status] = file->append("12\n345\n678\n");
  EXPECT_EQ(bytes, 7U);
  EXPECT_EQ(status.code(), Code::io);
  EXPECT_EQ(files.content("/f"), "12\n345\n");
  EXPECT_TRUE(file->append("\n\n").status) << "the beginning of the third line uses no space";
  EXPECT_EQ(file->append("\n").status.code(), Code::io);
}

TEST_F(sim_files, a_write_that_fails_midway_leaves_only_what_cannot_be_truncated) {
  files.set_faults({.write = 1}, 1);
  auto file = std::move(*files.append_to("/f"));
  EXPECT_EQ(file->append("12345678").status.code(), Code::io);
  EXPECT_EQ(files.content("/f"), "");
  EXPECT_EQ(files.replace("/g", "12345678").code(), Code::io);
  EXPECT_EQ(files.content("/g"), std::nullopt);
  files.set_faults({.untruncated = 1}, 1);
  files.set_free_bytes(3);
  EXPECT_EQ(file->append("12345678").status.code(), Code::io);
  EXPECT_EQ(files.content("/f"), "123");
  EXPECT_TRUE(file->state()->in_line);
  EXPECT_EQ(file->append("4").status.code(), Code::io) << "the untruncated line fills the disk";
}

TEST_F(sim_files, a_failed_sync_truncates_what_a_crash_may_restore) {
  std::set<std::string> left;
  for (int i = 0; i < 50; ++i) {
    const std::string path = "/f" + std::to_string(i);
    auto file = std::move(*files.append_to(path));
    EXPECT_TRUE(file->append("synced\n").status);
    EXPECT_TRUE(file->sync());
    EXPECT_TRUE(file->append("lost").status);
    files.fail_syncs(true);
    EXPECT_EQ(file->sync().code(), Code::io);
    EXPECT_EQ(files.content(path), "synced\n");
    EXPECT_FALSE(file->state()->in_line);
    files.fail_syncs(false);
    EXPECT_EQ(files.durable(path), "synced\n");
    sim.crash();
    left.insert(*files.content(path));
  }
  EXPECT_TRUE(left.contains("synced\n"));
  EXPECT_TRUE(left.contains("synced\nlost"));
  for (const std::string& content : left) EXPECT_TRUE(std::string("synced\nlost").starts_with(content)) << content;
}

TEST_F(sim_files, unsynced_bytes_of_an_earlier_process_stay_in_doubt) {
  std::set<std::string> left;
  for (int i = 0; i < 50; ++i) {
    const std::string path = "/f" + std::to_string(i);
    EXPECT_TRUE((*files.append_to(path))->append("early\n").status);
    sim.kill();
    auto file = std::move(*files.append_to(path));
    EXPECT_FALSE(file->state()->in_line);
    EXPECT_TRUE(file->append("late\n").status);
    files.fail_syncs(true);
    EXPECT_EQ(file->sync().code(), Code::io);
    files.fail_syncs(false);
    EXPECT_TRUE(file->append("late\n").status);
    EXPECT_TRUE(file->sync());
    EXPECT_EQ(files.content(path), "early\nlate\n");
    EXPECT_EQ(files.durable(path), std::string("\0\0\0\0\0\nlate\n", 11));
    sim.crash();
    left.insert(*files.content(path));
  }
  EXPECT_GT(left.size(), 3U);
  for (const std::string& content : left) EXPECT_TRUE(content.ends_with("\nlate\n") && content.size() == 11U);
}

TEST_F(sim_files, a_crash_may_undo_renames_until_the_folder_is_synced) {
  std::set<std::string> checkpoints, logs;
  for (int i = 0; i < 50; ++i) {
    files.put("/checkpoint", "old");
    files.put("/log", "lines");
    files.set_faults({.folder_sync = 1}, 1);
    EXPECT_EQ(files.replace("/checkpoint", "new").code(), Code::io);
    EXPECT_EQ(files.content("/checkpoint"), "new");
    EXPECT_EQ(files.durable("/checkpoint"), std::nullopt);
    EXPECT_EQ(files.rename("/log", "/log.1").code(), Code::io);
    EXPECT_EQ(files.content("/log.1"), "lines");
    EXPECT_EQ(files.durable("/log.1"), "lines") << "under one of the names";
    files.set_faults({}, 1);
    sim.crash();
    checkpoints.insert(*files.content("/checkpoint"));
    for (const std::string& path : files.paths()) {
      if (path.starts_with("/log")) logs.insert(path);
      files.remove(path);
    }
  }
  EXPECT_EQ(checkpoints, (std::set<std::string>{"new", "old"}));
  EXPECT_EQ(logs, (std::set<std::string>{"/log", "/log.1"}));
}

TEST_F(sim_files, a_folder_synced_later_keeps_everything) {
  files.set_faults({.folder_sync = 1}, 1);
  EXPECT_FALSE(files.replace("/f", "new"));
  files.set_faults({}, 1);
  EXPECT_TRUE(files.append_to("/g").ok());
  EXPECT_EQ(files.durable("/f"), "new");
}

TEST_F(sim_files, a_process_can_die_during_each_operation) {
  std::set<std::string> appended, replaced;
  std::set<bool> left_temporary, renamed;
  for (int i = 0; i < 100; ++i) {
    files.put("/checkpoint", "old");
    files.put("/moved", "x");
    const auto dies = [&](const auto& what) {
      auto file = std::move(*files.append_to("/log"));
      files.die_in(2);
      EXPECT_TRUE(file->append("one\n").status) << "the first differs from the second";
      EXPECT_THROW(what(*file), Died);
      EXPECT_EQ(file->append("x").status.code(), Code::io) << "it is invalid";
      EXPECT_EQ(files.replace("/other", "x").code(), Code::io);
      sim.kill();
    };
    dies([](AppendFile& file) { static_cast<void>(file.append("two\n").status); });
    appended.insert(*files.content("/log"));
    dies([](AppendFile& file) { static_cast<void>(file.sync()); });
    dies([&](AppendFile&) { static_cast<void>(files.replace("/checkpoint", "new")); });
    replaced.insert(*files.content("/checkpoint"));
    left_temporary.insert(files.content("/checkpoint.tmp").has_value());
    dies([&](AppendFile&) { static_cast<void>(files.rename("/moved", "/there")); });
    renamed.insert(files.content("/there").has_value());
    EXPECT_TRUE(files.replace("/checkpoint", "again")) << "over the remaining file";
    for (const std::string& path : files.paths()) files.remove(path);
  }
  EXPECT_EQ(appended, (std::set<std::string>{"one\n", "one\nt", "one\ntw", "one\ntwo", "one\ntwo\n"}));
  EXPECT_EQ(replaced, (std::set<std::string>{"new", "old"}));
  EXPECT_EQ(left_temporary.size(), 2U);
  EXPECT_EQ(renamed.size(), 2U);
}

TEST_F(sim_files, random_file_faults_have_their_frequency_and_repeat_with_the_seed) {
  const auto run = [&](uint64_t seed) {
    files.set_faults({.read = 0.2, .sync = 0.3}, seed);
    files.put("/f", "");
    std::string trace;
    for (int i = 0; i < 1000; ++i) {
      trace += files.read("/f", 1).ok() ? '.' : 'r';
      trace += files.replace("/f", "x").ok() ? '.' : 's';
    }
    return trace;
  };
  const std::string first = run(7);
  EXPECT_NEAR(static_cast<double>(std::count(first.begin(), first.end(), 'r')), 200, 40);
  EXPECT_NEAR(static_cast<double>(std::count(first.begin(), first.end(), 's')), 300, 40);
  EXPECT_EQ(first, run(7));
  EXPECT_NE(first, run(8));
}

TEST_F(sim_files, a_file_that_cannot_be_opened_is_reported) {
  files.set_faults({.open = 1}, 1);
  EXPECT_EQ(files.append_to("/f").status().code(), Code::io);
  EXPECT_EQ(files.lock("/f.lock").status().code(), Code::io);
  EXPECT_EQ(files.paths(), std::vector<std::string>());
}

TEST_F(sim_files, the_simulated_environment_and_log_are_the_tests_own) {
  sim.variables()["NAME"] = "value";
  EXPECT_EQ(sim.env().variable("NAME"), "value");
  EXPECT_EQ(sim.env().variable("PATH"), std::nullopt);
  EXPECT_EQ(sim.env().variable("AWS_ACCESS_KEY_ID"), "AKIDEXAMPLE");
  sim.env().log(LogLevel::warn, "something happened");
  EXPECT_TRUE(sim.logged("happened"));
  EXPECT_FALSE(sim.logged("else"));
  EXPECT_EQ(sim.log()[0].level, LogLevel::warn);
}

TEST_F(sim_files, a_wrong_wall_clock_changes_neither_time_nor_service) {
  clock.set_wall_error_ms(-3'600'000);
  EXPECT_EQ(sim.env().clock.wall_ms(), clock.unix_ms() - 3'600'000);
  const int64_t before_ms = clock.monotonic_ms();
  clock.advance_to(before_ms - 5);
  EXPECT_EQ(clock.monotonic_ms(), before_ms);
  clock.advance(7);
  EXPECT_EQ(clock.monotonic_ms(), before_ms + 7);
}

TEST_F(sim_files, each_machine_has_its_own_clock_errors_and_sleep) {
  SimEnv other(clock, service, 2);
  sim.clock().set_wall_error_ms(5000);
  EXPECT_EQ(sim.env().clock.wall_ms(), clock.unix_ms() + 5000);
  EXPECT_EQ(other.env().clock.wall_ms(), clock.unix_ms());
  const int64_t before_ms = clock.monotonic_ms();
  sim.clock().fall_asleep();
  clock.advance(60'000);
  EXPECT_TRUE(sim.clock().is_asleep());
  sim.clock().wake();
  clock.advance(7);
  EXPECT_EQ(sim.env().clock.monotonic_ms(), before_ms + 7);
  EXPECT_EQ(sim.env().clock.boot_ms(), before_ms + 60'007);
  EXPECT_EQ(other.env().clock.monotonic_ms(), before_ms + 60'007);
  EXPECT_EQ(sim.clock().to_shared_ms(before_ms + 100), before_ms + 60'100);
  EXPECT_EQ(sim.clock().to_shared_ms(kNever), kNever);
}

}  // namespace
}  // namespace penstock::sim
