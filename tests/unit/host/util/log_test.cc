// Log lines in a file and on a terminal.
#include "host/util/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <regex>

#include "abi/penstock.h"
#include "base/text.h"
#include "tests/strict_json.h"
#include "tests/unit/host/program_test_base.h"

namespace penstock::host {
namespace {

// A pseudo terminal that passes bytes unchanged.
struct Terminal {
  Terminal() {
    near = posix_openpt(O_RDWR | O_NOCTTY);
    grantpt(near);
    unlockpt(near);
    far = open(ptsname(near), O_RDWR | O_NOCTTY);
    termios modes{};
    tcgetattr(far, &modes);
    cfmakeraw(&modes);
    tcsetattr(far, TCSANOW, &modes);
  }
  ~Terminal() {
    close(near);
    close(far);
  }
  // Returns what was written to it, which must already be there.
  std::string written() const {
    std::string out;
    pollfd readable{near, POLLIN, 0};
    while (poll(&readable, 1, 0) == 1) {
      std::array<char, 4096> chunk{};
      const ssize_t n = read(near, chunk.data(), chunk.size());
      if (n <= 0) break;
      out.append(chunk.data(), static_cast<size_t>(n));
    }
    return out;
  }
  int near = -1;
  int far = -1;
};

constexpr int64_t kPatienceMs = 60'000;

std::string without_times(const std::string& text) {
  return std::regex_replace(text, std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"), "T");
}

class log : public testing::Test {
 protected:
  log() : fd_(open(folder_.path("log").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)), log_(fd_) {}
  ~log() override { close(fd_); }
  std::string written() {
    EXPECT_TRUE(log_.flush(kPatienceMs));
    return without_times(read_all(folder_.path("log")));
  }

  Folder folder_;
  int fd_;
  Log log_;
};

TEST_F(log, log_lines_have_time_level_and_source) {
  log_.line(PENSTOCK_LOG_WARN, "input:penstock_kinesis:0", "text");
  log_.line(PENSTOCK_LOG_ERROR, "penstock", "b");
  log_.line(PENSTOCK_LOG_INFO, "penstock", "c");
  EXPECT_EQ(written(),
            "[T] [ warn] [input:penstock_kinesis:0] text\n[T] [error] [penstock] b\n[T] [ info] [penstock] c\n");
}

TEST_F(log, messages_above_the_level_are_not_logged) {
  log_.set_level(PENSTOCK_LOG_WARN);
  log_.line(PENSTOCK_LOG_INFO, "a", "left out");
  log_.progress("left out");
  log_.line(PENSTOCK_LOG_WARN, "a", "in");
  EXPECT_EQ(written(), "[T] [ warn] [a] in\n");
}

TEST_F(log, a_message_of_a_stage_stays_on_one_line) {
  log_.line(PENSTOCK_LOG_INFO, "a", "x\ny\x1b[2J");
  EXPECT_EQ(written(), "[T] [ info] [a] x\\ny\\x1b[2J\n");
}

TEST_F(log, progress_in_a_file_is_a_new_line_each_time) {
  log_.progress("one");
  log_.progress("two");
  log_.end_progress();
  EXPECT_EQ(written(), "[T] [ info] [penstock] one\n[T] [ info] [penstock] two\n");
}

TEST_F(log, json_lines_have_a_member_for_each_part) {
  log_.set_format(LogFormat::json);
  log_.line(PENSTOCK_LOG_WARN, "input:penstock_kinesis:0",
            "PS0101: stream logs-1, shard shardId-000000000000: it is slow");
  log_.line(PENSTOCK_LOG_INFO, "output:penstock_kinesis:0", "stream arn:aws:kinesis:r:1:stream/x accepts records");
  log_.info("penstock", "drained and closed");
  log_.problem(PENSTOCK_LOG_ERROR, "agent.conf:5: PS0853: wrong", "PS0853: agent.conf:5: wrong");
  EXPECT_EQ(
      written(),
      R"({"time":"T","level":"warn","stage":"input:penstock_kinesis:0","code":"PS0101","stream":"logs-1",)"
      R"("shard":"shardId-000000000000","message":"stream logs-1, shard shardId-000000000000: it is slow"})"
      "\n"
      R"({"time":"T","level":"info","stage":"output:penstock_kinesis:0",)"
      R"("stream":"arn:aws:kinesis:r:1:stream/x","message":"stream arn:aws:kinesis:r:1:stream/x accepts records"})"
      "\n"
      R"({"time":"T","level":"info","stage":"penstock","message":"drained and closed"})"
      "\n"
      R"({"time":"T","level":"error","stage":"penstock","code":"PS0853","message":"agent.conf:5: wrong"})"
      "\n");
}

TEST_F(log, json_lines_are_valid_for_every_byte) {
  log_.set_format(LogFormat::json);
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  log_.line(PENSTOCK_LOG_INFO, "a\xff\"", bytes);
  log_.line(PENSTOCK_LOG_INFO, "a", "stream " + bytes);
  log_.line(PENSTOCK_LOG_INFO, "a", std::string(kMaxPrintedLineBytes + 5, '\xe2'));
  const std::string text = written();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    EXPECT_TRUE(strict_json::read(text.substr(at, end - at))) << text.substr(at, end - at);
    at = end + 1;
  }
}

// Sets JOURNAL_STREAM to the device and the inode of fd, plus `more`.
void set_journal_stream(int fd, ino_t more = 0) {
  struct stat file {};
  ASSERT_EQ(fstat(fd, &file), 0);
  setenv("JOURNAL_STREAM", (std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino + more)).c_str(), 1);
}

TEST_F(log, the_journal_gets_priorities_and_no_time_in_text) {
  set_journal_stream(fd_);
  {
    Log journal(fd_);
    journal.set_level(PENSTOCK_LOG_DEBUG);
    for (const int32_t level : {PENSTOCK_LOG_ERROR, PENSTOCK_LOG_WARN, PENSTOCK_LOG_INFO, PENSTOCK_LOG_DEBUG})
      journal.line(level, "a", "b");
    journal.problem(PENSTOCK_LOG_ERROR, "agent.conf:5: PS0853: wrong", "PS0853: agent.conf:5: wrong");
    journal.set_format(LogFormat::json);
    journal.line(PENSTOCK_LOG_INFO, "a", "b");
  }
  unsetenv("JOURNAL_STREAM");
  EXPECT_EQ(written(),
            "<3>[error] [a] b\n<4>[ warn] [a] b\n<6>[ info] [a] b\n<7>[debug] [a] b\n"
            "<3>agent.conf:5: PS0853: wrong\n"
            R"(<6>{"time":"T","level":"info","stage":"a","message":"b"})"
            "\n");
}

TEST_F(log, a_journal_on_another_descriptor_changes_nothing) {
  set_journal_stream(fd_, 1);
  { Log(fd_).line(PENSTOCK_LOG_INFO, "a", "b"); }
  unsetenv("JOURNAL_STREAM");
  EXPECT_EQ(written(), "[T] [ info] [a] b\n");
}

TEST(log_on_a_terminal, progress_on_a_terminal_is_rewritten_and_stays_last) {
  Terminal terminal;
  Log log(terminal.far);
  log.progress("one");
  log.progress("two");
  log.line(PENSTOCK_LOG_WARN, "a", "b");
  log.end_progress();
  ASSERT_TRUE(log.flush(kPatienceMs));
  EXPECT_EQ(without_times(terminal.written()),
            "\r\x1b[K[T] [ info] [penstock] one"
            "\r\x1b[K[T] [ info] [penstock] two"
            "\r\x1b[K[T] [ warn] [a] b\n[T] [ info] [penstock] two"
            "\n");
}

TEST(log_on_a_terminal, json_progress_on_a_terminal_is_a_line_each_time) {
  Terminal terminal;
  Log log(terminal.far);
  log.progress("text");
  log.set_format(LogFormat::json);
  log.progress("one");
  ASSERT_TRUE(log.flush(kPatienceMs));
  EXPECT_EQ(without_times(terminal.written()),
            "\r\x1b[K[T] [ info] [penstock] text\n"
            R"({"time":"T","level":"info","stage":"penstock","message":"one"})"
            "\n");
}

constexpr char kDropped[] =
    "[ warn] [penstock] PS0917: lines of this log were dropped because standard error does not accept them; "
    "lines: ";

TEST(unread_log, an_unread_log_blocks_nothing_and_keeps_what_fits) {
  FullPipe pipe;
  Log log(pipe.end());
  for (int i = 0; i < 1000; ++i) log.line(PENSTOCK_LOG_INFO, "a", "line " + std::to_string(i));
  EXPECT_FALSE(log.flush(0)) << "none is written yet";
  const std::string text = pipe.read_until("line 999\n");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1000);
  EXPECT_EQ(text.find(kDropped), std::string::npos);
}

TEST(unread_log, an_unread_log_keeps_the_newest_lines_and_counts_dropped_ones) {
  FullPipe pipe;
  Log log(pipe.end());
  constexpr int kLines = 3000;
  const std::string filler(900, 'x');
  for (int i = 0; i < kLines; ++i) log.line(PENSTOCK_LOG_INFO, "a", filler + " line " + std::to_string(i));
  log.line(PENSTOCK_LOG_INFO, "a", "last words");
  const std::string text = pipe.read_until("last words\n");
  // Two, if lines were already dropped when the thread of the log began.
  int notices = 0, dropped = 0;
  for (size_t at = 0; (at = text.find(kDropped, at)) != std::string::npos; ++notices) {
    at += sizeof kDropped - 1;
    dropped += std::stoi(text.substr(at));
  }
  EXPECT_GT(dropped, 0) << text.substr(0, 200);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), kLines + 1 - dropped + notices)
      << "each is written or counted";
  EXPECT_NE(text.find("line 2999\n"), std::string::npos);
}

TEST(unread_log, dropped_lines_of_json_are_counted_in_json) {
  FullPipe pipe;
  Log log(pipe.end());
  log.set_format(LogFormat::json);
  for (int i = 0; i < 2000; ++i) log.line(PENSTOCK_LOG_INFO, "a", std::string(900, 'x'));
  log.line(PENSTOCK_LOG_INFO, "a", "last words");
  EXPECT_NE(pipe.read_until("last words").find(R"("code":"PS0917","message":"lines of this log were dropped)"),
            std::string::npos);
}

TEST(unread_log, a_log_on_a_stopped_terminal_waits) {
  Terminal terminal;
  Log log(terminal.far);
  ASSERT_EQ(tcflow(terminal.far, TCOOFF), 0);  // as Ctrl-S does
  log.line(PENSTOCK_LOG_INFO, "a", "text");
  EXPECT_FALSE(log.flush(0));
  ASSERT_EQ(tcflow(terminal.far, TCOON), 0);
  ASSERT_TRUE(log.flush(kPatienceMs));
  EXPECT_EQ(without_times(terminal.written()), "[T] [ info] [a] text\n");
}

TEST(unread_log, a_log_on_a_non_blocking_descriptor_is_written_completely) {
  FullPipe pipe;
  ASSERT_EQ(fcntl(pipe.end(), F_SETFL, O_NONBLOCK), 0);
  Log log(pipe.end());
  log.line(PENSTOCK_LOG_INFO, "a", "text");
  EXPECT_EQ(without_times(pipe.read_until("text\n")), "[T] [ info] [a] text\n");
}

TEST(failing_log, a_failing_log_counts_lost_lines_and_reports_them_on_recovery) {
  Folder folder;
  const int fd = open(folder.path("log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const auto before = signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit none{0, limit.rlim_max};
  setrlimit(RLIMIT_FSIZE, &none);
  Log log(fd);
  log.line(PENSTOCK_LOG_INFO, "a", "one");
  log.line(PENSTOCK_LOG_INFO, "a", "two");
  EXPECT_TRUE(log.flush(kPatienceMs));
  setrlimit(RLIMIT_FSIZE, &limit);
  signal(SIGXFSZ, before);
  log.line(PENSTOCK_LOG_INFO, "a", "three");
  EXPECT_TRUE(log.flush(kPatienceMs));
  EXPECT_EQ(without_times(read_all(folder.path("log"))),
            "[T] " + (kDropped + std::string("2\n[T] [ info] [a] three\n")));
  close(fd);
}

TEST(log_levels, log_format_names_ignore_case) {
  EXPECT_EQ(parse_log_format("JSON"), LogFormat::json);
  EXPECT_EQ(parse_log_format("text"), LogFormat::text);
  EXPECT_FALSE(parse_log_format("xml"));
}

TEST(log_levels, log_level_names_ignore_case) {
  EXPECT_EQ(parse_log_level("Warning"), PENSTOCK_LOG_WARN);
  EXPECT_EQ(parse_log_level("off"), 0);
  EXPECT_EQ(parse_log_level("trace"), PENSTOCK_LOG_DEBUG);
  EXPECT_FALSE(parse_log_level("loud"));
}

}  // namespace
}  // namespace penstock::host
