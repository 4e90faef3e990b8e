#include "base/suggest.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(suggest, suggest_finds_a_similar_word) {
  const std::vector<std::string> words = {"stream", "region", "checkpoint", "on_failure"};
  EXPECT_EQ(nearest("steram", words), "stream");
  EXPECT_EQ(nearest("REGIN", words), "region");
  EXPECT_EQ(nearest("chekpoints", words), "checkpoint");
  EXPECT_EQ(nearest("onfailure", words), "on_failure");
}

TEST(suggest, suggest_finds_the_first_of_equally_similar_words) {
  EXPECT_EQ(nearest("linger", {"lingerer", "lingers", "ringer"}), "lingers");
}

TEST(suggest, a_word_far_from_all_has_no_suggestion) {
  EXPECT_EQ(nearest("flavor", {"stream", "region"}), "");
  EXPECT_EQ(nearest("x", {}), "");
  EXPECT_EQ(suggestion("flavor", {"stream", "region"}), "");
}

TEST(suggest, suggest_ignores_words_above_the_length_limit) {
  EXPECT_EQ(nearest(std::string(101, 'a'), {std::string(100, 'a')}), "");
  EXPECT_EQ(nearest(std::string(100, 'a'), {std::string(101, 'a')}), std::string(101, 'a'));
}

TEST(suggest, a_suggestion_quotes_the_word) {
  EXPECT_EQ(suggestion("steram", {"stream"}), "; did you mean 'stream'?");
}

}  // namespace
}  // namespace penstock
