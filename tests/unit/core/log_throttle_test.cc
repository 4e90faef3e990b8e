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

TEST(log_throttle, a_repeated_message_is_logged_every_ten_seconds_with_its_count) {
  LogThrottleFixture f;
  f.report("refused");
  f.report("refused");
  f.system.clock.advance(9'999);
  f.report("refused");
  EXPECT_EQ(f.system.log, Lines{"PS0000: refused"});
  f.system.clock.advance(1);
  f.report("refused");
  EXPECT_EQ(f.system.log, (Lines{"PS0000: refused", "PS0000: refused (repeats not logged: 2)"}));
}

TEST(log_throttle, messages_have_the_code_then_the_subject_and_different_subjects_are_separate) {
  LogThrottleFixture f;
  const Status status(Code::transient, "PS0000", "HTTP 503");
  EXPECT_TRUE(f.throttle.log("stream logs-1", status));
  EXPECT_TRUE(f.throttle.log("stream logs-2", status));
  EXPECT_FALSE(f.throttle.log("stream logs-1", Status(Code::transient, "PS0000", "HTTP 500")));
  EXPECT_EQ(f.system.log, (Lines{"PS0000: stream logs-1: HTTP 503", "PS0000: stream logs-2: HTTP 503"}));
}

TEST(incident, an_incident_logs_its_recovery_once) {
  LogThrottleFixture f;
  Incident incident;
  incident.recover(f.system.env, "it never failed");
  incident.log(f.throttle, "reading", Status(Code::transient, "PS0000", "HTTP 503"));
  incident.log(f.throttle, "reading", Status(Code::transient, "PS0000", "HTTP 503"));
  incident.recover(f.system.env, "reading works again");
  incident.recover(f.system.env, "reading works again");
  EXPECT_EQ(f.system.log, (Lines{"PS0000: reading: HTTP 503", "reading works again"}));
}

TEST(incident, an_incident_that_was_not_logged_logs_no_recovery) {
  LogThrottleFixture f;
  Incident incident;
  for (int i = 0; i < 3; ++i) {
    incident.log(f.throttle, "reading", Status(Code::transient, "PS0000", "HTTP 503"));
    incident.recover(f.system.env, "reading works again");
  }
  EXPECT_EQ(f.system.log, (Lines{"PS0000: reading: HTTP 503", "reading works again"}));
}

}  // namespace
}  // namespace penstock
