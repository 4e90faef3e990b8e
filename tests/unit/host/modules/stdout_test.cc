// The built-in outputs, in the program itself.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "tests/unit/host/program_test_base.h"

namespace penstock::host {
namespace {

class stdout_output : public testing::Test {
 protected:
  stdout_output() : journal_(Lines::of_fifo(folder_.fifo("journal"))) {}

  std::vector<std::string> args(const std::string& input, const std::string& more = "") const {
    return {"run", "-e", PENSTOCK_FAKE_PLUGIN, "-c",
            folder_.write("agent.conf", "[SERVICE]\n  Grace 50ms\n[INPUT]\n  Name fake_in\n  journal " +
                                            folder_.path("journal") + "\n" + input + more +
                                            "[OUTPUT]\n  Name stdout\n  Match *\n")};
  }

  Folder folder_;
  Lines journal_;
};

TEST_F(stdout_output, stdout_prints_json_unchanged_and_wraps_other_text) {
  EXPECT_EQ(run_program(args("  count 2\n  then end\n")).out,
            "{\"time_ms\":1000,\"message\":\"line 1\"}\n{\"time_ms\":1001,\"message\":\"line 2\"}\n");
  const Ended json = run_program(args("  count 1\n  then end\n", "[FILTER]\n  Name lambda_logs\n  Match *\n"));
  EXPECT_EQ(json.out.rfind("{\"source\":", 0), 0u) << json.out;
}

TEST_F(stdout_output, stdout_can_be_a_file) {
  const int fd = open(folder_.path("out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  Program program(args("  count 3\n  then end\n"), fd);
  close(fd);
  program.err.rest();
  EXPECT_EQ(program.wait(), 0);
  const std::string out = read_all(folder_.path("out"));
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 3);
}

TEST_F(stdout_output, a_slow_reader_stops_the_input_and_gets_everything) {
  Program program(args("  count 20\n  size 100000\n  then end\n"));
  const std::vector<std::string> steps = journal_.until(" 1");  // FULL, or the first to end so
  EXPECT_FALSE(steps.empty());
  journal_.until("emit 11 1");
  std::string line;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(program.out.next(line));
    EXPECT_EQ(line.size(), 100'000 + std::string("{\"time_ms\":1000,\"message\":\"\"}").size());
  }
  EXPECT_EQ(journal_.until("close input").back(), "close input 20 of 20 acked");
  program.err.rest();
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(stdout_output, a_stalled_reader_of_stdout_does_not_prevent_the_end) {
  Program program(args("  count 20\n  size 100000\n"));
  journal_.until("emit 11 1");
  program.signal(SIGTERM);
  EXPECT_NE(program.err.rest().find("PS0915: some batches were not settled and are released"), std::string::npos);
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(stdout_output, a_reader_that_closes_stdout_causes_an_orderly_end_and_a_failure) {
  Program program(args("  count 20\n  size 100000\n"));
  journal_.until("emit 11 1");
  program.out.close();
  const std::string err = program.err.rest();
  EXPECT_NE(err.find("[error] [output:stdout:0] PS0907: the reader of standard output has closed it; unwritten "
                     "records are released\n"),
            std::string::npos)
      << err;
  EXPECT_NE(err.find("an output has ended: draining"), std::string::npos) << err;
  EXPECT_EQ(program.wait(), 1);
}

// As in `penstock run ... 2>&1 | less`.
TEST_F(stdout_output, a_stalled_reader_of_stdout_and_log_does_not_prevent_the_end) {
  const FullPipe pipe;
  Program program(args("  count 20\n  size 100000\n"), pipe.end(), -1, pipe.end());
  journal_.until("emit 11 1");
  EXPECT_EQ(fcntl(pipe.end(), F_GETFL) & O_NONBLOCK, 0) << "other processes write to it too";
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(stdout_output, a_stalled_reader_of_the_log_does_not_prevent_a_start_with_warnings) {
  const FullPipe pipe;
  const std::string warned = "  threaded on\n";
  EXPECT_NE(run_program(args("  count 1\n  then end\n" + warned)).err.find("warning: PS0836: 'threaded'"),
            std::string::npos);
  Program program(args("  count 3\n" + warned), -1, -1, pipe.end());
  std::string line;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(program.out.next(line));
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(stdout_output, a_stalled_reader_of_the_log_does_not_prevent_a_failed_start) {
  const FullPipe pipe;
  Program program(args("  nonsense 1\n"), -1, -1, pipe.end());
  EXPECT_EQ(program.wait(), 1);
}

// Limits the size of files for the programs started while it exists.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  const rlimit& before() const { return before_; }

 private:
  rlimit before_{};
};

class stdout_to_a_limited_file : public stdout_output, public testing::WithParamInterface<int> {
 protected:
  static constexpr rlim_t kLimit = 2500;  // two lines and a half
  static constexpr size_t kLineBytes = 1030;

  stdout_to_a_limited_file()
      : fd_(open(folder_.path("out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | GetParam(), 0600)) {}
  ~stdout_to_a_limited_file() override { close(fd_); }

  int fd_;
};

TEST_P(stdout_to_a_limited_file, a_stdout_file_at_its_limit_ends_with_a_complete_line) {
  const FileSizeLimit limit(kLimit);
  Program program(args("  count 3\n  size 1000\n"), fd_);
  program.err.until("cannot write to standard output: File too large");
  program.signal(SIGTERM);
  EXPECT_NE(program.err.rest().find("are released: they will be read again after a restart; batches: 1\n"),
            std::string::npos);
  EXPECT_EQ(program.wait(), 0);
  const std::string out = read_all(folder_.path("out"));
  EXPECT_EQ(out.size(), 2 * kLineBytes);
  EXPECT_TRUE(out.ends_with("}\n"));
}

TEST_P(stdout_to_a_limited_file, stdout_continues_after_a_full_file_and_logs_the_recovery) {
  const FileSizeLimit limit(kLimit);
  Program program(args("  count 3\n  size 1000\n  then end\n"), fd_);
  program.err.until("cannot write to standard output: File too large");
  ASSERT_EQ(prlimit(program.pid(), RLIMIT_FSIZE, &limit.before(), nullptr), 0);
  program.err.until("[ info] [output:stdout:0] pump succeeds again; failures: ");
  program.err.rest();
  EXPECT_EQ(program.wait(), 0);
  const std::string out = read_all(folder_.path("out"));
  EXPECT_EQ(out.size(), 3 * kLineBytes);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 3);
}

INSTANTIATE_TEST_SUITE_P(, stdout_to_a_limited_file, testing::Values(O_APPEND, O_TRUNC));

TEST_F(stdout_output, a_closed_or_unwritable_stdout_is_an_error_at_the_start) {
  const int read_only = open("/dev/null", O_RDONLY | O_CLOEXEC);
  for (const int fd : {Program::kClosed, read_only}) {
    Program program(args("  count 1\n"), fd);
    const std::string err = program.err.rest();
    EXPECT_NE(err.find("PS0908: cannot start output:stdout:0: standard output is not open for writing\n"),
              std::string::npos)
        << err;
    EXPECT_EQ(program.wait(), 1);
  }
  close(read_only);
}

TEST_F(stdout_output, stdout_on_a_terminal_is_escaped) {
  const int near = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  ASSERT_EQ(grantpt(near), 0);
  ASSERT_EQ(unlockpt(near), 0);
  const int far = open(ptsname(near), O_RDWR | O_NOCTTY | O_CLOEXEC);
  const std::string conf = "[FILTER]\n  Name lambda_logs\n  Match *\n  source_key a\x1b[2Jb\n";
  Program program(args("  count 1\n", conf), far);
  Lines terminal(near);
  std::string line;
  ASSERT_TRUE(terminal.next(line));
  EXPECT_EQ(line.rfind("{\"a\\u001b[2Jb\":", 0), 0u) << line;
  close(far);
}

TEST(null_output, null_output_settles_everything_as_delivered) {
  Folder folder;
  const std::string journal = folder.path("journal");
  const Ended it = run_program({"run", "-e", PENSTOCK_FAKE_PLUGIN, "-c",
                                folder.write("agent.conf", "[INPUT]\n  Name fake_in\n  then end\n  journal " +
                                                               journal + "\n[OUTPUT]\n  Name null\n  Match *\n")});
  EXPECT_EQ(it.code, 0);
  EXPECT_EQ(read_all(journal),
            "emit 1 0\nemit 2 0\nemit 3 0\nack 1 1\nack 2 1\nack 3 1\nclose input 3 of 3 acked\n");
}

}  // namespace
}  // namespace penstock::host
