#include "base/suggest.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(suggest, the_word_that_was_meant_is_found) {
  const std::vector<std::string> words = {"stream", "region", "checkpoint", "on_failure"};
  EXPECT_EQ(nearest("steram", words), "stream");
  EXPECT_EQ(nearest("REGIN", words), "region");
  EXPECT_EQ(nearest("chekpoints", words), "checkpoint");
  EXPECT_EQ(nearest("onfailure", words), "on_failure");
}

TEST(suggest, the_first_of_the_closest_words_is_found) {
  EXPECT_EQ(nearest("linger", {"lingerer", "lingers", "ringer"}), "lingers");
}

TEST(suggest, a_word_far_from_all_has_no_suggestion) {
  EXPECT_EQ(nearest("colour", {"stream", "region"}), "");
  EXPECT_EQ(nearest("x", {}), "");
  EXPECT_EQ(suggestion("colour", {"stream", "region"}), "");
}

TEST(suggest, words_above_the_limit_take_no_time) {
  EXPECT_EQ(nearest(std::string(101, 'a'), {std::string(100, 'a')}), "");
  EXPECT_EQ(nearest(std::string(100, 'a'), {std::string(101, 'a')}), std::string(101, 'a'));
}

TEST(suggest, a_suggestion_quotes_the_word) {
  EXPECT_EQ(suggestion("steram", {"stream"}), "; did you mean 'stream'?");
}

}  // namespace
}  // namespace penstock
