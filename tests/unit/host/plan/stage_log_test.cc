// The levels of failed calls in a stage's log.
#include "host/plan/stage_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>

#include "tests/unit/host/program_test_base.h"

namespace penstock::host {
namespace {

class stage_log : public testing::Test {
 protected:
  ~stage_log() override { close(fd_); }

  void fail(bool retryable, const char* text, int64_t now_ms) {
    client::Error error;
    error.retryable = retryable ? 1 : 0;
    std::snprintf(error.text, sizeof error.text, "%s", text);
    stage_.result(StageLog::Call::poll, PENSTOCK_E_IO, error, now_ms);
  }
  void succeed(int64_t now_ms) { stage_.result(StageLog::Call::poll, PENSTOCK_OK, {}, now_ms); }

  // Returns the lines so far, without their times.
  std::string written() {
    EXPECT_TRUE(log_.flush(60'000));
    std::string text = read_all(folder_.path("log"));
    constexpr size_t kTimeBytes = sizeof "[2026-11-21T10:00:00.000Z] " - 1;
    for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) text.erase(at, kTimeBytes);
    return text;
  }

  Folder folder_;
  int fd_ = open(folder_.path("log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  Log log_{fd_};
  StageLog stage_{"input:x:0", log_};
};

TEST_F(stage_log, a_failure_that_can_be_retried_is_a_warning_and_its_end_is_logged) {
  fail(true, "PS0123: the service is busy", 0);
  fail(true, "PS0123: the service is busy", 100);
  succeed(1500);
  succeed(1600);
  EXPECT_EQ(written(),
            "[ warn] [input:x:0] PS0123: the service is busy\n"
            "[ info] [input:x:0] poll succeeds again; failures: 2 in 1500 ms\n");
}

TEST_F(stage_log, a_failure_that_lasts_for_a_minute_becomes_an_error) {
  for (int64_t now_ms = 0; now_ms <= 60'000; now_ms += 30'000) fail(true, "PS0123: the service is busy", now_ms);
  EXPECT_EQ(written(),
            "[ warn] [input:x:0] PS0123: the service is busy\n"
            "[ warn] [input:x:0] PS0123: the service is busy\n"
            "[error] [input:x:0] PS0123: the service is busy\n");
}

TEST_F(stage_log, a_failure_that_cannot_be_retried_is_an_error_and_has_no_end) {
  fail(false, "PS0123: a batch is damaged", 0);
  succeed(10);
  EXPECT_EQ(written(), "[error] [input:x:0] PS0123: a batch is damaged\n");
}

}  // namespace
}  // namespace penstock::host
