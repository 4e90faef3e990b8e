#include "base/repeat_limit.h"

#include <gtest/gtest.h>

#include <string>

namespace penstock {
namespace {

TEST(repeat_limit, a_repeated_text_passes_once_per_interval_with_a_count) {
  RepeatLimit limit(10'000);
  EXPECT_EQ(limit.pass({}, "a", 0), "a");
  EXPECT_EQ(limit.pass({}, "a", 1), std::nullopt);
  EXPECT_EQ(limit.pass({}, "a", 9'999), std::nullopt);
  EXPECT_EQ(limit.pass({}, "b", 9'999), "b");
  EXPECT_EQ(limit.pass({}, "a", 10'000), "a (repeats not logged: 2)");
  EXPECT_EQ(limit.pass({}, "a", 20'000), "a");
}

TEST(repeat_limit, texts_that_differ_only_in_numbers_and_ids_are_the_same) {
  RepeatLimit limit(10'000);
  EXPECT_TRUE(limit.pass({}, "request 9f3a failed after 30 s", 0));
  EXPECT_FALSE(limit.pass({}, "request b71 failed after 31 s", 1));
  EXPECT_TRUE(limit.pass({}, "call b71 failed after 31 s", 2));
  EXPECT_EQ(limit.pass({}, "request c failed after 5 s", 3), "request c failed after 5 s") << "c is a word";
  EXPECT_EQ(limit.pass({}, "request d12 failed after 32 s", 10'000),
            "request d12 failed after 32 s (repeats not logged: 1)");
}

TEST(repeat_limit, a_number_with_a_point_or_commas_counts_as_a_number) {
  RepeatLimit limit(10'000);
  EXPECT_TRUE(limit.pass({}, "failed after 30 s with 10,000 bytes, 2.5 times", 0));
  EXPECT_FALSE(limit.pass({}, "failed after 0.25 s with 7 bytes, 1,000,000.5 times", 1));
  EXPECT_TRUE(limit.pass({}, "failed after 0.25 s. with 7 bytes, 1,000,000.5 times", 2)) << "not between numbers";
}

TEST(repeat_limit, texts_that_differ_in_a_word_are_separate) {
  RepeatLimit limit(10'000);
  EXPECT_TRUE(limit.pass({}, "connection refused", 0));
  EXPECT_TRUE(limit.pass({}, "connection reset", 1));
}

TEST(repeat_limit, subjects_that_differ_in_a_number_are_separate) {
  RepeatLimit limit(10'000);
  EXPECT_EQ(limit.pass("stream logs-1: ", "HTTP 503", 0), "stream logs-1: HTTP 503");
  EXPECT_EQ(limit.pass("stream logs-2: ", "HTTP 503", 1), "stream logs-2: HTTP 503");
  EXPECT_FALSE(limit.pass("stream logs-1: ", "HTTP 500", 2));
}

TEST(repeat_limit, a_full_limit_forgets_the_texts_that_would_pass_again_and_keeps_the_others) {
  RepeatLimit limit(10'000);
  const auto fill = [&](char first, size_t count, int64_t now_ms) {
    for (size_t i = 0; i < count; ++i) limit.pass({}, std::string(i + 1, first), now_ms);
  };
  fill('a', RepeatLimit::kMaxTexts - 1, 0);
  EXPECT_TRUE(limit.pass({}, "recent", 10'000));
  fill('b', 20, 10'000);
  EXPECT_FALSE(limit.pass({}, "recent", 10'001));
}

TEST(repeat_limit, many_recent_texts_use_bounded_memory_at_the_price_of_a_repeat) {
  RepeatLimit limit(10'000);
  EXPECT_TRUE(limit.pass({}, "first", 0));
  for (size_t i = 1; i < RepeatLimit::kMaxTexts; ++i) limit.pass({}, std::string(i, 'a'), 0);
  EXPECT_TRUE(limit.pass({}, "another", 1));
  EXPECT_TRUE(limit.pass({}, "first", 2)) << "forgotten with all others";
}

}  // namespace
}  // namespace penstock
