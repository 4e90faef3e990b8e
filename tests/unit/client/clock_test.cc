#include "client/clock.h"

#include <gtest/gtest.h>

#include <climits>

namespace penstock::client {
namespace {

TEST(poll_timeout, poll_timeout_is_the_remaining_time) { EXPECT_EQ(poll_timeout_ms(1'500, 1'000), 500); }

TEST(poll_timeout, poll_timeout_is_0_for_a_past_time) {
  EXPECT_EQ(poll_timeout_ms(999, 1'000), 0);
  EXPECT_EQ(poll_timeout_ms(INT64_MIN, 1'000), 0);
}

TEST(poll_timeout, poll_timeout_is_infinite_for_a_time_that_never_comes) {
  EXPECT_EQ(poll_timeout_ms(INT64_MAX, 1'000), -1);
}

TEST(poll_timeout, poll_timeout_is_at_most_the_largest_int) {
  EXPECT_EQ(poll_timeout_ms(INT64_MAX - 1, 1'000), INT_MAX);
}

}  // namespace
}  // namespace penstock::client
