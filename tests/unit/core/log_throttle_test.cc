#include "core/log_throttle.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/core/fake_env.h"

namespace penstock {
namespace {

using Lines = std::vector<std::string>;

struct LogThrottleFixture {
  FakeEnv system;
  LogThrottle throttle{system.env};

  void report(const std::string& text) { throttle.log(Status(Code::transient, "PS0000", text)); }
};

TEST(log_throttle, logs_a_text_once_in_ten_seconds_and_then_with_the_number_of_repeats) {
  LogThrottleFixture f;
  f.report("refused");
  f.report("refused");
  f.system.clock.advance(9'999);
  f.report("refused");
  EXPECT_EQ(f.system.log, Lines{"refused"});
  f.system.clock.advance(1);
  f.report("refused");
  EXPECT_EQ(f.system.log, (Lines{"refused", "refused (repeats not logged: 2)"}));
}

TEST(log_throttle, takes_texts_that_differ_only_in_numbers_for_one) {
  LogThrottleFixture f;
  f.report("64 bytes left of 100");
  f.report("7 bytes left of 100");
  f.report("request 3f2504e0-4f89-11d3-9a0c-0305e82c3301 failed");
  f.report("request 91b0aa17-0c2e-4d1c-8b4b-5f1c0e9d7a21 failed");
  f.report("request UHK3P0BRJV2C failed");
  EXPECT_EQ(f.system.log, (Lines{"64 bytes left of 100", "request 3f2504e0-4f89-11d3-9a0c-0305e82c3301 failed",
                                 "request UHK3P0BRJV2C failed"}));
}

TEST(log_throttle, takes_a_number_with_a_point_or_commas_for_a_number_like_any_other) {
  LogThrottleFixture f;
  f.report("failed after 30 s with 10,000 bytes");
  f.report("failed after 0.25 s with 7 bytes");
  f.report("failed after 1,000,000.5 s with 7.0 bytes");
  EXPECT_EQ(f.system.log, Lines{"failed after 30 s with 10,000 bytes"});
}

TEST(log_throttle, takes_texts_that_differ_in_a_word_for_two) {
  LogThrottleFixture f;
  f.report("connection refused");
  f.report("connection reset");
  EXPECT_EQ(f.system.log.size(), 2U);
}

TEST(log_throttle, never_takes_two_subjects_for_one) {
  LogThrottleFixture f;
  const Status status(Code::transient, "PS0000", "HTTP 503");
  EXPECT_TRUE(f.throttle.log("stream logs-1", status));
  EXPECT_TRUE(f.throttle.log("stream logs-2", status));
  EXPECT_FALSE(f.throttle.log("stream logs-1", Status(Code::transient, "PS0000", "HTTP 500")));
  EXPECT_EQ(f.system.log, (Lines{"stream logs-1: HTTP 503", "stream logs-2: HTTP 503"}));
}

TEST(log_throttle, makes_room_for_new_texts_by_those_that_may_be_logged_again) {
  LogThrottleFixture f;
  for (char c = 'a'; c <= 'z'; ++c)
    for (char d = 'a'; d <= 'c'; ++d) f.report(std::string{c, d});
  f.system.clock.advance(10'000);
  f.report("recent");
  for (char c = 'a'; c <= 'z'; ++c) f.report(std::string{c});
  const size_t logged = f.system.log.size();
  f.report("recent");
  EXPECT_EQ(f.system.log.size(), logged);
}

TEST(incident, logs_its_recovery_once) {
  LogThrottleFixture f;
  Incident incident;
  incident.recover(f.system.env, "it never failed");
  incident.log(f.throttle, "reading", Status(Code::transient, "PS0000", "HTTP 503"));
  incident.log(f.throttle, "reading", Status(Code::transient, "PS0000", "HTTP 503"));
  incident.recover(f.system.env, "reading works again");
  incident.recover(f.system.env, "reading works again");
  EXPECT_EQ(f.system.log, (Lines{"reading: HTTP 503", "reading works again"}));
}

TEST(incident, says_nothing_of_a_recovery_from_what_was_not_logged) {
  LogThrottleFixture f;
  Incident incident;
  for (int i = 0; i < 3; ++i) {
    incident.log(f.throttle, "reading", Status(Code::transient, "PS0000", "HTTP 503"));
    incident.recover(f.system.env, "reading works again");
  }
  EXPECT_EQ(f.system.log, (Lines{"reading: HTTP 503", "reading works again"}));
}

}  // namespace
}  // namespace penstock
