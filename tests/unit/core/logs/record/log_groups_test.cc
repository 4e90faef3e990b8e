// Which log groups are included.
#include "core/logs/record/log_groups.h"

#include <gtest/gtest.h>

#include <string>

namespace penstock::logs {
namespace {

TEST(log_groups, a_log_group_pattern_without_wildcards_matches_the_whole_text) {
  EXPECT_TRUE(matches_wildcards("/aws/lambda/f", "/aws/lambda/f"));
  EXPECT_FALSE(matches_wildcards("/aws/lambda/f", "/aws/lambda/ff"));
  EXPECT_FALSE(matches_wildcards("/aws/lambda/f", "/aws/lambda/"));
  EXPECT_FALSE(matches_wildcards("lambda", "/aws/lambda/f"));
  EXPECT_FALSE(matches_wildcards("F", "f"));
}

TEST(log_groups, a_star_matches_any_text_and_a_question_mark_one_character) {
  EXPECT_TRUE(matches_wildcards("*", ""));
  EXPECT_TRUE(matches_wildcards("a*", "a"));
  EXPECT_TRUE(matches_wildcards("/aws/*/f", "/aws/lambda/x/f"));
  EXPECT_TRUE(matches_wildcards("a*b*c", "abbcbc"));
  EXPECT_FALSE(matches_wildcards("a*b*c", "abbcb"));
  EXPECT_TRUE(matches_wildcards("**a**", "a"));
  EXPECT_TRUE(matches_wildcards("f?", "f1"));
  EXPECT_FALSE(matches_wildcards("f?", "f"));
  EXPECT_FALSE(matches_wildcards("?", ""));
  EXPECT_TRUE(matches_wildcards("*?b", "ab"));
  EXPECT_FALSE(matches_wildcards("*?b", "b"));
  EXPECT_TRUE(matches_wildcards("", ""));
  EXPECT_FALSE(matches_wildcards("", "a"));
}

// Trying every position for every star would take practically forever.
TEST(log_groups, a_log_group_pattern_with_many_stars_takes_no_exponential_time) {
  std::string pattern;
  for (int star = 0; star < 200; ++star) pattern += "*a";
  EXPECT_FALSE(matches_wildcards(pattern + "*b", std::string(512, 'a')));
  EXPECT_TRUE(matches_wildcards(pattern + "*", std::string(512, 'a')));
}

TEST(log_groups, without_patterns_all_log_groups_are_included) {
  EXPECT_TRUE(LogGroups().wanted("/aws/lambda/f"));
  EXPECT_TRUE(LogGroups("", "").wanted("/aws/lambda/f"));
}

TEST(log_groups, include_accepts_a_log_group_that_matches_one_pattern) {
  const LogGroups groups("/aws/lambda/a*, /ecs/?", "");
  EXPECT_TRUE(groups.wanted("/aws/lambda/abc"));
  EXPECT_TRUE(groups.wanted("/ecs/1"));
  EXPECT_FALSE(groups.wanted("/ecs/12"));
}

TEST(log_groups, exclude_precedes_include) {
  const LogGroups groups("/aws/lambda/*", "*-test,*-dev");
  EXPECT_TRUE(groups.wanted("/aws/lambda/a"));
  EXPECT_FALSE(groups.wanted("/aws/lambda/a-test"));
  EXPECT_FALSE(groups.wanted("/aws/lambda/a-dev"));
}

TEST(log_groups, an_unknown_log_group_is_never_left_out) { EXPECT_TRUE(LogGroups("a", "*").wanted("")); }

}  // namespace
}  // namespace penstock::logs
