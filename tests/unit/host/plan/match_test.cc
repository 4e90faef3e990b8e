// Which tags a Match fits.
#include "host/plan/match.h"

#include <gtest/gtest.h>

namespace penstock::host {
namespace {

TEST(match, a_star_matches_any_bytes_or_none) {
  EXPECT_TRUE(wildcard_fits("*", ""));
  EXPECT_TRUE(wildcard_fits("*", "lambda"));
  EXPECT_TRUE(wildcard_fits("lambda.*", "lambda."));
  EXPECT_TRUE(wildcard_fits("l*b*a", "lambda"));
  EXPECT_TRUE(wildcard_fits("*.log", "a.log.log"));
  EXPECT_TRUE(wildcard_fits("a**b", "ab"));
  EXPECT_FALSE(wildcard_fits("lambda.*", "lambda"));
  EXPECT_FALSE(wildcard_fits("*.log", "a.log.x"));
}

TEST(match, without_a_star_the_whole_tag_must_match_with_its_case) {
  EXPECT_TRUE(wildcard_fits("lambda", "lambda"));
  EXPECT_FALSE(wildcard_fits("lambda", "lambda2"));
  EXPECT_FALSE(wildcard_fits("lambda", "lambd"));
  EXPECT_FALSE(wildcard_fits("lambda", "Lambda"));
  EXPECT_FALSE(wildcard_fits("", "a"));
}

TEST(match, many_stars_on_a_long_tag_take_no_exponential_time) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "a*";
  EXPECT_FALSE(wildcard_fits(pattern + "b", std::string(2000, 'a')));
}

TEST(match, a_regex_matches_anywhere_in_the_tag) {
  Match match;
  ASSERT_EQ(match.set_regex("^(app|lambda)\\.[0-9]+$"), "");
  EXPECT_TRUE(match.fits("lambda.12"));
  EXPECT_FALSE(match.fits("lambda.x"));
}

TEST(match, wildcard_and_regex_together_match_either) {
  Match match;
  match.set_wildcard("a*");
  ASSERT_EQ(match.set_regex("z$"), "");
  EXPECT_TRUE(match.fits("ab"));
  EXPECT_TRUE(match.fits("bz"));
  EXPECT_FALSE(match.fits("b"));
}

TEST(match, a_regex_on_a_long_tag_uses_neither_much_stack_nor_exponential_time) {
  const std::string tag(200'000, 'a');
  for (const char* pattern : {"^a*$", "^(a|b)*$", "^.*$", "^(.+)$"}) {
    Match match;
    ASSERT_EQ(match.set_regex(pattern), "");
    EXPECT_TRUE(match.fits(tag)) << pattern;
  }
  Match backtracking;
  ASSERT_EQ(backtracking.set_regex("^(a+)+$"), "");
  EXPECT_FALSE(backtracking.fits(std::string(256, 'a') + "b"));
}

// Restarted at each byte, such a search would take minutes.
TEST(match, a_regex_without_a_match_reads_a_long_tag_once) {
  const std::string tag(200'000, 'a');
  for (const char* pattern : {"(a|b|c)*x", "(a+a+)+y", ".*.*.*x", "a*$b"}) {
    Match match;
    ASSERT_EQ(match.set_regex(pattern), "");
    EXPECT_FALSE(match.fits(tag)) << pattern;
  }
}

TEST(match, anchors_and_word_boundaries_match_at_their_positions) {
  struct Case {
    const char* pattern;
    const char* tag;
    bool fits;
  };
  for (const Case& one : {Case{"^a", "ba", false}, Case{"^a", "ab", true}, Case{"a$", "ba", true},
                          Case{"a$", "ab", false}, Case{"\\bfoo", "x.foo", true}, Case{"\\bfoo", "xfoo", false},
                          Case{"^x|b", "ab", true}, Case{"^x|y$", "aby", true}, Case{"^x|y$", "axyz", false},
                          Case{"(?=a)ab", "xxab", true}, Case{"(?!a)b", "ab", true}, Case{"^$", "", true}}) {
    Match match;
    ASSERT_EQ(match.set_regex(one.pattern), "");
    EXPECT_EQ(match.fits(one.tag), one.fits) << one.pattern << " " << one.tag;
  }
}

TEST(match, a_regex_that_is_too_expensive_is_rejected) {
  const auto nested = [](size_t depth) { return std::string(depth, '(') + "a" + std::string(depth, ')'); };
  Match match;
  EXPECT_EQ(match.set_regex(nested(499)), "");
  EXPECT_TRUE(match.fits("a"));
  EXPECT_EQ(match.set_regex(nested(500)), "the pattern has 1001 bytes; at most 1000 are allowed");
  EXPECT_EQ(match.set_regex("(a)\\1"), "back-references are not supported");
  EXPECT_EQ(match.set_regex("(a)\\\\1"), "");
}

TEST(match, an_invalid_regex_is_reported) {
  Match match;
  for (const char* pattern : {"(a", "a)(b"}) {
    EXPECT_NE(match.set_regex(pattern), "");
    EXPECT_FALSE(match.is_set());
  }
}

}  // namespace
}  // namespace penstock::host
