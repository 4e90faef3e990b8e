#include "base/text_table.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(text_table, pads_by_characters_and_leaves_no_blanks_at_the_end) {
  TextTable table({Align::left, Align::right, Align::left});
  table.row({"é", "1", "x"});
  table.row({"word", "100", ""});
  EXPECT_EQ(table.lines(), (std::vector<std::string>{"é       1  x", "word  100"}));
}

}  // namespace
}  // namespace penstock
