#include "plugin/commands/position_table.h"

#include <gtest/gtest.h>

namespace penstock::plugin {
namespace {

TEST(position_table, durations_are_shown_in_their_two_largest_units) {
  EXPECT_EQ(format_duration(0), "0s");
  EXPECT_EQ(format_duration(999), "999ms");
  EXPECT_EQ(format_duration(1'000), "1s");
  EXPECT_EQ(format_duration(59'999), "59s");
  EXPECT_EQ(format_duration(60'000), "1m0s");
  EXPECT_EQ(format_duration(3'599'999), "59m59s");
  EXPECT_EQ(format_duration(3 * 3'600'000 + 12 * 60'000), "3h12m");
  EXPECT_EQ(format_duration(86'399'999), "23h59m");
  EXPECT_EQ(format_duration(86'400'000), "1d0h");
}

}  // namespace
}  // namespace penstock::plugin
