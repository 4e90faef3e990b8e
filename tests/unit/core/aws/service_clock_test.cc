#include "core/aws/service_clock.h"

#include <gtest/gtest.h>

#include "tests/unit/core/fake_env.h"

namespace penstock::aws {
namespace {

constexpr int64_t kHourMs = 3'600'000;

HttpResponse dated(bool over_tls, std::string date = "Tue, 14 Nov 2023 22:13:20 GMT") {
  HttpResponse response;
  response.over_tls = over_tls;
  response.headers = {{"date", std::move(date)}};
  return response;
}

class service_clock : public testing::Test {
 protected:
  static constexpr int64_t kTrueMs = 1'700'000'000'000;  // the time in dated()

  FixedClock clock_;
  ServiceClock service_clock_{clock_};
};

TEST_F(service_clock, the_service_clock_is_the_wall_clock_until_a_service_corrects_it) {
  clock_.now_ms = kTrueMs - kHourMs;
  EXPECT_EQ(service_clock_.now_ms(), kTrueMs - kHourMs);
  service_clock_.correct(dated(true));
  EXPECT_EQ(service_clock_.now_ms(), kTrueMs);
  clock_.advance(1000);
  EXPECT_EQ(service_clock_.now_ms(), kTrueMs + 1000);
}

TEST_F(service_clock, plain_http_or_a_missing_date_does_not_correct_the_service_clock) {
  clock_.now_ms = kTrueMs - kHourMs;
  service_clock_.correct(dated(false));
  service_clock_.correct(dated(true, "yesterday"));
  service_clock_.correct(HttpResponse());
  EXPECT_EQ(service_clock_.now_ms(), kTrueMs - kHourMs);
}

TEST_F(service_clock, the_service_clock_is_corrected_by_at_most_24_h) {
  for (const int sign : {1, -1}) {
    ServiceClock corrected(clock_);
    clock_.now_ms = kTrueMs + sign * (24 * kHourMs + 1);
    corrected.correct(dated(true));
    EXPECT_EQ(corrected.now_ms(), clock_.now_ms);
    clock_.now_ms = kTrueMs + sign * 24 * kHourMs;
    corrected.correct(dated(true));
    EXPECT_EQ(corrected.now_ms(), kTrueMs);
  }
}

}  // namespace
}  // namespace penstock::aws
