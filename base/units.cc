#include "base/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <span>

#include "base/text.h"

namespace penstock {

namespace {

struct Unit {
  std::string_view suffix;
  int64_t factor;
};

constexpr Unit kDurations[] = {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};
constexpr Unit kSizes[] = {{"", 1},         {"k", 1 << 10},  {"m", 1 << 20}, {"g", 1 << 30},
                           {"kb", 1 << 10}, {"mb", 1 << 20}, {"gb", 1 << 30}};

std::string_view take_digits(std::string_view& text) {
  const auto* const end = std::find_if_not(text.begin(), text.end(), is_digit);
  const std::string_view digits = text.substr(0, static_cast<size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

// Returns the fraction of factor that the digits after a decimal point stand for, truncated to a whole number.
int64_t fraction_of(int64_t factor, std::string_view digits) {
  // Further digits change nothing: factor is at most 2^30, and 10^9 times that still fits.
  digits = digits.substr(0, 9);
  int64_t numerator = 0;
  int64_t denominator = 1;
  for (const char digit : digits) {
    numerator = numerator * 10 + (digit - '0');
    denominator *= 10;
  }
  return numerator * factor / denominator;
}

std::optional<int64_t> parse_quantity(std::string_view text, std::span<const Unit> units, int64_t max) {
  const std::string_view whole = take_digits(text);
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
    if (fraction.empty()) return std::nullopt;
  }
  const auto unit = std::find_if(units.begin(), units.end(),
                                 [&](const Unit& one) { return equal_without_case(one.suffix, text); });
  int64_t value = 0;
  // from_chars fails if there are no digits, or on overflow.
  if (unit == units.end() || std::from_chars(whole.data(), whole.data() + whole.size(), value).ec != std::errc() ||
      __builtin_mul_overflow(value, unit->factor, &value) ||
      __builtin_add_overflow(value, fraction_of(unit->factor, fraction), &value) || value > max)
    return std::nullopt;
  return value;
}

}  // namespace

std::optional<int64_t> parse_duration_ms(std::string_view text) {
  return parse_quantity(text, kDurations, kMaxDurationMs);
}

std::optional<int64_t> parse_size(std::string_view text) { return parse_quantity(text, kSizes, INT64_MAX); }

std::string format_bytes(int64_t bytes) {
  static constexpr std::array<const char*, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1000 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  std::array<char, 32> text;
  const int size = std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return {text.data(), static_cast<size_t>(size)};
}

}  // namespace penstock
