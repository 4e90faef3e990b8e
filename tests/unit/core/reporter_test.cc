#include "core/reporter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/core/fake_env.h"

namespace penstock {
namespace {

using Lines = std::vector<std::string>;

struct ReporterFixture {
  FakeEnv system;
  Reporter reporter{system.env};

  void report(const std::string& text) { reporter.report(Status(Code::transient, text)); }
};

TEST(reporter, logs_a_text_once_in_ten_seconds_and_then_with_the_number_of_repeats) {
  ReporterFixture f;
  f.report("refused");
  f.report("refused");
  f.system.clock.advance(9'999);
  f.report("refused");
  EXPECT_EQ(f.system.log, Lines{"refused"});
  f.system.clock.advance(1);
  f.report("refused");
  EXPECT_EQ(f.system.log, (Lines{"refused", "refused (repeats not logged: 2)"}));
}

TEST(reporter, takes_texts_that_differ_only_in_numbers_for_one) {
  ReporterFixture f;
  f.report("64 bytes left of 100");
  f.report("7 bytes left of 100");
  f.report("request 3f2504e0-4f89-11d3-9a0c-0305e82c3301 failed");
  f.report("request 91b0aa17-0c2e-4d1c-8b4b-5f1c0e9d7a21 failed");
  f.report("request UHK3P0BRJV2C failed");
  EXPECT_EQ(f.system.log, (Lines{"64 bytes left of 100", "request 3f2504e0-4f89-11d3-9a0c-0305e82c3301 failed",
                                 "request UHK3P0BRJV2C failed"}));
}

TEST(reporter, takes_a_number_with_a_point_or_commas_for_a_number_like_any_other) {
  ReporterFixture f;
  f.report("failed after 30 s with 10,000 bytes");
  f.report("failed after 0.25 s with 7 bytes");
  f.report("failed after 1,000,000.5 s with 7.0 bytes");
  EXPECT_EQ(f.system.log, Lines{"failed after 30 s with 10,000 bytes"});
}

TEST(reporter, takes_texts_that_differ_in_a_word_for_two) {
  ReporterFixture f;
  f.report("connection refused");
  f.report("connection reset");
  EXPECT_EQ(f.system.log.size(), 2U);
}

TEST(reporter, never_takes_two_subjects_for_one) {
  ReporterFixture f;
  const Status status(Code::transient, "HTTP 503");
  EXPECT_TRUE(f.reporter.report("stream logs-1", status));
  EXPECT_TRUE(f.reporter.report("stream logs-2", status));
  EXPECT_FALSE(f.reporter.report("stream logs-1", Status(Code::transient, "HTTP 500")));
  EXPECT_EQ(f.system.log, (Lines{"stream logs-1: HTTP 503", "stream logs-2: HTTP 503"}));
}

TEST(reporter, makes_room_for_new_texts_by_those_that_may_be_logged_again) {
  ReporterFixture f;
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
  ReporterFixture f;
  Incident incident;
  incident.recover(f.system.env, "it never failed");
  incident.report(f.reporter, "reading", Status(Code::transient, "HTTP 503"));
  incident.report(f.reporter, "reading", Status(Code::transient, "HTTP 503"));
  incident.recover(f.system.env, "reading works again");
  incident.recover(f.system.env, "reading works again");
  EXPECT_EQ(f.system.log, (Lines{"reading: HTTP 503", "reading works again"}));
}

TEST(incident, says_nothing_of_a_recovery_from_what_was_not_logged) {
  ReporterFixture f;
  Incident incident;
  for (int i = 0; i < 3; ++i) {
    incident.report(f.reporter, "reading", Status(Code::transient, "HTTP 503"));
    incident.recover(f.system.env, "reading works again");
  }
  EXPECT_EQ(f.system.log, (Lines{"reading: HTTP 503", "reading works again"}));
}

}  // namespace
}  // namespace penstock
