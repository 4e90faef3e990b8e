#include <gtest/gtest.h>

#include <string>

#include "host/util/wrap_text.h"

namespace penstock::host {
namespace {

TEST(wrap, wrapped_lines_have_at_most_80_columns) {
  const std::string word(35, 'a');
  EXPECT_EQ(wrap_text(word + " " + word + " " + std::string(6, 'b'), 2),
            "  " + word + " " + word + " " + std::string(6, 'b') + "\n");
  EXPECT_EQ(wrap_text(word + " " + word + " " + std::string(7, 'b'), 2),
            "  " + word + " " + word + "\n  " + std::string(7, 'b') + "\n");
}

TEST(wrap, text_wider_than_a_line_has_its_own_line_and_is_not_split) {
  const std::string wide(90, 'a');
  EXPECT_EQ(wrap_text("b " + wide + " c", 1), " b\n " + wide + "\n c\n");
  EXPECT_EQ(wrap_text({std::string(70, 'a'), "two words"}, 1), " " + std::string(70, 'a') + "\n two words\n");
  EXPECT_EQ(wrap_text("", 3), "\n");
}

}  // namespace
}  // namespace penstock::host
