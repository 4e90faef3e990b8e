#include "client/repeat_limit.h"

#include <gtest/gtest.h>

namespace penstock::client {
namespace {

TEST(repeat_limit, the_same_text_passes_once_in_an_interval_and_then_with_a_count) {
  RepeatLimit limit(10'000);
  EXPECT_EQ(limit.pass("a", 0), "a");
  EXPECT_EQ(limit.pass("a", 1), std::nullopt);
  EXPECT_EQ(limit.pass("a", 9'999), std::nullopt);
  EXPECT_EQ(limit.pass("b", 9'999), "b");
  EXPECT_EQ(limit.pass("a", 10'000), "a (and 2 times more since)");
  EXPECT_EQ(limit.pass("a", 20'000), "a");
}

TEST(repeat_limit, texts_that_differ_in_numbers_and_ids_alone_are_the_same) {
  RepeatLimit limit(10'000);
  EXPECT_TRUE(limit.pass("request 9f3a failed after 30 s", 0));
  EXPECT_FALSE(limit.pass("request b71 failed after 31 s", 1));
  EXPECT_TRUE(limit.pass("call b71 failed after 31 s", 2));
  EXPECT_EQ(limit.pass("request c failed after 5 s", 3), "request c failed after 5 s") << "c is a word";
  EXPECT_EQ(limit.pass("request d12 failed after 32 s", 10'000),
            "request d12 failed after 32 s (and 1 times more since)");
}

TEST(repeat_limit, a_number_with_a_point_or_commas_is_a_number_like_any_other) {
  RepeatLimit limit(10'000);
  EXPECT_TRUE(limit.pass("failed after 30 s with 10,000 bytes, 2.5 times", 0));
  EXPECT_FALSE(limit.pass("failed after 0.25 s with 7 bytes, 1,000,000.5 times", 1));
  EXPECT_TRUE(limit.pass("failed after 0.25 s. with 7 bytes, 1,000,000.5 times", 2)) << "not between numbers";
}

}  // namespace
}  // namespace penstock::client
