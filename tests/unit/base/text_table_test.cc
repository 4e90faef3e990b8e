#include "base/text_table.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(text_table, table_columns_are_padded_by_characters_without_trailing_spaces) {
  TextTable table({Align::left, Align::right, Align::left});
  table.row({"é", "1", "x"});
  table.row({"word", "100", ""});
  EXPECT_EQ(table.lines(), (std::vector<std::string>{"é       1  x", "word  100"}));
}

}  // namespace
}  // namespace penstock
