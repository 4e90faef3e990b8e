#include "base/units.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(units, durations_without_a_unit_are_seconds) {
  EXPECT_EQ(parse_duration_ms("5"), 5000);
  EXPECT_EQ(parse_duration_ms("0"), 0);
  EXPECT_EQ(parse_duration_ms("2.5"), 2500);
}

TEST(units, duration_units_ignore_case) {
  EXPECT_EQ(parse_duration_ms("250ms"), 250);
  EXPECT_EQ(parse_duration_ms("250MS"), 250);
  EXPECT_EQ(parse_duration_ms("5S"), 5000);
  EXPECT_EQ(parse_duration_ms("2m"), 120'000);
  EXPECT_EQ(parse_duration_ms("1M"), 60'000);
  EXPECT_EQ(parse_duration_ms("1.5h"), 5'400'000);
}

TEST(units, durations_are_at_most_ten_years) {
  EXPECT_EQ(parse_duration_ms("87600h"), kMaxDurationMs);
  EXPECT_EQ(parse_duration_ms("315360000000ms"), kMaxDurationMs);
  EXPECT_EQ(parse_duration_ms("315360000000.9ms"), kMaxDurationMs);
  for (const char* more : {"87600.001h", "87601h", "315360000001ms", "99999999999h", "9223372036854775807"})
    EXPECT_EQ(parse_duration_ms(more), std::nullopt) << more;
}

TEST(units, sizes_are_in_bytes_or_powers_of_1024) {
  EXPECT_EQ(parse_size("0"), 0);
  EXPECT_EQ(parse_size("10"), 10);
  for (const char* kib : {"1k", "1K", "1kb", "1Kb", "1KB"}) EXPECT_EQ(parse_size(kib), 1024) << kib;
  EXPECT_EQ(parse_size("1.5M"), 1'572'864);
  EXPECT_EQ(parse_size("2gb"), int64_t{2} << 30);
}

TEST(units, sizes_go_up_to_the_largest_integer) {
  EXPECT_EQ(parse_size("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(parse_size("8589934591g"), int64_t{8589934591} << 30);
  EXPECT_EQ(parse_size("8589934591.999999999g"), INT64_MAX - 1);
  for (const char* more : {"9223372036854775808", "8589934592g", "18446744073709551615M"})
    EXPECT_EQ(parse_size(more), std::nullopt) << more;
}

TEST(units, a_fraction_is_rounded_down_to_the_smallest_unit) {
  EXPECT_EQ(parse_duration_ms("0.0019s"), 1);
  EXPECT_EQ(parse_duration_ms("2.5ms"), 2);
  EXPECT_EQ(parse_duration_ms("0.3333333333333333333333333333333333333h"), 1'199'999);
  EXPECT_EQ(parse_size("0.1k"), 102);
  EXPECT_EQ(parse_size("1.5"), 1);
}

TEST(units, other_texts_are_not_durations_or_sizes) {
  for (const char* bad :
       {"",    "s",  "ms",  ".",   ".5",   "5.",  "5.s", "1.2.3", "-1",  "-1s", "+1s",  "5 s", " 5s",
        "5s ", "5x", "1e3", "1e9", "0x10", "nan", "inf", "1_000", "1,5", "5ss", "5sec", "1d"})
    EXPECT_EQ(parse_duration_ms(bad), std::nullopt) << bad;
  for (const char* bad : {"", "K", "b", "1b", ".5M", "5.", "-1", "+1K", "5 K", " 5", "5\n", "1e3", "0x10", "1ki",
                          "1kib", "12Q", "1T"})
    EXPECT_EQ(parse_size(bad), std::nullopt) << bad;
}

TEST(units, bytes_are_formatted_in_powers_of_a_thousand) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(999), "999 B");
  EXPECT_EQ(format_bytes(1000), "1.0 kB");
  EXPECT_EQ(format_bytes(1234567), "1.2 MB");
}

}  // namespace
}  // namespace penstock
