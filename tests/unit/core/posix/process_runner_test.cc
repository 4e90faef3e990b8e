// Real programs next to real calls.
#include "core/posix/process_runner.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/posix/posix_env.h"
#include "core/posix/spawn_descriptors.h"
#include "tests/unit/core/posix/temp_folder.h"

namespace penstock::posix {
namespace {

constexpr int64_t kTestLimitMs = 30'000;

class process_runner : public testing::Test {
 protected:
  void start(const std::vector<std::string>& arguments, int64_t timeout_ms = kTestLimitMs,
             size_t max_output_bytes = 65'536) {
    result_.reset();
    runner_->start({arguments, timeout_ms, max_output_bytes},
                   [this](ProcessResult got) { result_ = std::move(got); });
  }
  ProcessResult wait() {
    const int64_t deadline_ms = clock_->monotonic_ms() + kTestLimitMs;
    while (!result_ && clock_->monotonic_ms() < deadline_ms) transport_->drive(deadline_ms);
    EXPECT_TRUE(result_) << "it never ended";
    return result_ ? *result_ : ProcessResult();
  }
  ProcessResult run(const std::vector<std::string>& arguments, int64_t timeout_ms = kTestLimitMs,
                    size_t max_output_bytes = 65'536) {
    start(arguments, timeout_ms, max_output_bytes);
    return wait();
  }
  // At once, or after a few more drives if one was killed.
  bool no_children() {
    const int64_t deadline_ms = clock_->monotonic_ms() + kTestLimitMs;
    while (transport_ && runner_->next_deadline_ms() != kNever && clock_->monotonic_ms() < deadline_ms)
      transport_->drive(runner_->next_deadline_ms());
    return waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD;
  }

  std::unique_ptr<Clock> clock_ = make_system_clock();
  std::vector<std::string> warnings_;
  std::unique_ptr<ProcessRunner> runner_ = std::move(
      *ProcessRunner::make(*clock_, [this](MessageId, const std::string& text) { warnings_.push_back(text); }));
  std::unique_ptr<Transport> transport_ = std::move(*make_curl_transport(*clock_, {}, runner_.get()));
  std::optional<ProcessResult> result_;
};

TEST_F(process_runner, a_program_is_found_in_path_and_its_output_and_exit_code_returned) {
  const ProcessResult result = run({"sh", "-c", "printf 'a\\0b'; printf why >&2; exit 7"});
  EXPECT_TRUE(result.status.ok()) << result.status.message();
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.output, std::string("a\0b", 3));
  EXPECT_EQ(result.errors, "why");
  EXPECT_TRUE(no_children());
}

TEST_F(process_runner, arguments_reach_a_program_unchanged) {
  EXPECT_EQ(run({"printf", "%s|", "$HOME", "a b", "", "*; exit"}).output, "$HOME|a b||*; exit|");
}

TEST_F(process_runner, a_missing_program_is_an_error_reported_by_drive) {
  start({"/nonexistent/tool\n", "SECRET"});
  EXPECT_FALSE(result_) << "not inside start()";
  EXPECT_EQ(wait().status.message(), "cannot start /nonexistent/tool\\n: No such file or directory");
}

TEST_F(process_runner, a_program_has_no_input_default_signals_and_its_own_process_group) {
  signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(run({"cat"}).output, "");
  EXPECT_EQ(run({"sh", "-c", "trap '' TERM; kill -PIPE $$; echo alive"}).status.message(),
            "it was killed by signal 13");
  signal(SIGPIPE, SIG_DFL);
  const ProcessResult group =
      run({"sh", "-c", "echo $$; ps -o pgid= $$ 2>/dev/null || cut -d' ' -f5 /proc/$$/stat"});
  const std::string pid = group.output.substr(0, group.output.find('\n'));
  EXPECT_NE(group.output.substr(pid.size() + 1).find(pid), std::string::npos) << group.output;
}

TEST_F(process_runner, a_program_inherits_no_descriptor) {
  // ls itself opens descriptor 3 to list the folder.
  const ProcessResult result = run({"ls", "/proc/self/fd"});
  EXPECT_EQ(result.output, "0\n1\n2\n3\n");
}

TEST_F(process_runner, a_program_inherits_no_descriptor_with_an_older_glibc_either) {
  const TempFolder folder;
  const int inherited = open("/dev/null", O_RDONLY);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, (folder / "out").c_str(), O_WRONLY | O_CREAT, 0600);
  close_open_descriptors(actions);
  char ls[] = "ls";
  char descriptors[] = "/proc/self/fd";
  char* const arguments[] = {ls, descriptors, nullptr};
  pid_t pid = -1;
  ASSERT_EQ(posix_spawnp(&pid, ls, &actions, nullptr, arguments, environ), 0);
  EXPECT_EQ(waitpid(pid, nullptr, 0), pid);
  posix_spawn_file_actions_destroy(&actions);
  close(inherited);
  EXPECT_EQ(read_file(folder / "out"), "0\n1\n2\n3\n");
}

TEST_F(process_runner, the_end_of_a_program_wakes_the_transports_descriptor) {
  start({"echo", "a"});
  transport_->drive(0);
  const int64_t deadline_ms = clock_->monotonic_ms() + kTestLimitMs;
  while (!result_ && clock_->monotonic_ms() < deadline_ms) {
    const int64_t until_ms = std::min(deadline_ms, transport_->next_deadline_ms());
    pollfd waiting = {transport_->descriptor(), POLLIN, 0};
    poll(&waiting, 1, static_cast<int>(std::max<int64_t>(0, until_ms - clock_->monotonic_ms())));
    transport_->drive(0);
  }
  ASSERT_TRUE(result_);
  EXPECT_EQ(result_->output, "a\n");
}

TEST_F(process_runner, a_program_is_killed_at_its_timeout_with_its_children) {
  const ProcessResult result = run({"sh", "-c", "sleep 1000 & echo SECRET; wait"}, 50);
  EXPECT_EQ(result.status.message(), "it did not exit within 50 ms, and was killed");
  EXPECT_EQ(result.output, "");
  EXPECT_TRUE(no_children());
}

TEST_F(process_runner, a_program_that_closed_its_output_is_killed_at_its_timeout) {
  EXPECT_EQ(run({"sh", "-c", "exec >&- 2>&-; sleep 1000"}, 50).status.message(),
            "it did not exit within 50 ms, and was killed");
  EXPECT_TRUE(no_children());
}

TEST_F(process_runner, a_program_may_print_up_to_the_limit) {
  EXPECT_EQ(run({"head", "-c", "100000", "/dev/zero"}, kTestLimitMs, 100'000).output.size(), 100'000U);
  const ProcessResult result = run({"head", "-c", "100001", "/dev/zero"}, kTestLimitMs, 100'000);
  EXPECT_EQ(result.status.code(), Code::too_large);
  EXPECT_EQ(result.status.message(), "its output is too large: at most 100000 bytes are allowed");
  EXPECT_EQ(run({"cat", "/dev/zero"}, kTestLimitMs, 10).status.code(), Code::too_large);
}

TEST_F(process_runner, a_flood_on_standard_error_ends_at_the_timeout_and_is_discarded) {
  const ProcessResult result = run({"sh", "-c", "exec cat /dev/zero >&2"}, 100);
  EXPECT_EQ(result.status.message(), "it did not exit within 100 ms, and was killed");
  EXPECT_LE(result.errors.size(), 1024U + 4096U);
}

TEST_F(process_runner, several_programs_run_concurrently) {
  int ended = 0;
  for (int i = 0; i < 5; ++i)
    runner_->start({{"sh", "-c", "echo $0", std::to_string(i)}, kTestLimitMs, 100},
                   [&, i](const ProcessResult& got) {
                     EXPECT_EQ(got.output, std::to_string(i) + "\n");
                     ++ended;
                   });
  const int64_t deadline_ms = clock_->monotonic_ms() + kTestLimitMs;
  while (ended < 5 && clock_->monotonic_ms() < deadline_ms) transport_->drive(deadline_ms);
  EXPECT_EQ(ended, 5);
}

TEST_F(process_runner, destruction_kills_running_programs_without_callbacks) {
  start({"sleep", "1000"});
  transport_.reset();
  runner_.reset();
  EXPECT_FALSE(result_);
  EXPECT_TRUE(no_children());
}

// Moves itself to the process group of its parent, which is ours: killing its own group does not reach it.
const std::vector<std::string> kLeavesItsGroup = {
    "python3", "-I", "-c",
    "import os, signal; os.setpgid(0, os.getpgid(os.getppid())); os.write(1, b'left'); signal.pause()"};

TEST_F(process_runner, a_program_that_left_its_group_is_killed_without_waiting_for_it) {
  if (!run({"python3", "-I", "-c", ""}).status.ok()) GTEST_SKIP() << "no python3";
  const ProcessResult result = run(kLeavesItsGroup, 300);
  EXPECT_EQ(result.status.message(), "it did not exit within 300 ms, and was killed");
  EXPECT_TRUE(no_children());
  start(kLeavesItsGroup, kTestLimitMs, 3);  // more than 3 bytes show that it has left
  EXPECT_EQ(wait().status.code(), Code::too_large);
  EXPECT_TRUE(no_children());
  start(kLeavesItsGroup);
  transport_.reset();
  runner_.reset();
  EXPECT_TRUE(no_children());
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(process_runner, output_is_returned_although_a_daemon_of_the_program_keeps_it_open) {
  const ProcessResult result = run({"sh", "-c", "setsid sleep 1000 & echo $!"});
  EXPECT_TRUE(result.status.ok()) << result.status.message();
  const pid_t daemon = std::atoi(result.output.c_str());
  ASSERT_GT(daemon, 1) << result.output;
  EXPECT_EQ(kill(daemon, SIGKILL), 0) << "it still runs";
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_EQ(warnings_[0],
            "a child process of the program sh has outlived it and keeps its standard output open; using the "
            "output so far");
  EXPECT_TRUE(no_children());
}

TEST_F(process_runner, output_is_returned_if_the_host_reaps_all_children) {
  signal(SIGCHLD, SIG_IGN);
  const ProcessResult result = run({"echo", "a"});
  signal(SIGCHLD, SIG_DFL);
  EXPECT_TRUE(result.status.ok());
  EXPECT_EQ(result.output, "a\n");
}

}  // namespace
}  // namespace penstock::posix
