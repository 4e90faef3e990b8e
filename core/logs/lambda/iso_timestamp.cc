#include "core/logs/lambda/iso_timestamp.h"

#include <algorithm>
#include <array>

#include "base/scan.h"

namespace penstock::logs {

namespace {

constexpr size_t kSecondsSize = 19;  // bytes up to and including the seconds
constexpr std::string_view kShape = "0000-00-00T00:00:00.000Z";

int two_digits(const char* at) { return (at[0] - '0') * 10 + (at[1] - '0'); }

int days_in(int year, int month) {
  static constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<size_t>(month) - 1];
}

bool is_date_and_time(const char* text) {
  constexpr size_t kLastBlock = kSecondsSize - kBlockBytes;
  if (!scan::has_shape_of_block(text, kShape.data()) ||
      !scan::has_shape_of_block(text + kLastBlock, kShape.data() + kLastBlock))
    return false;
  const int month = two_digits(text + 5);
  const int day = two_digits(text + 8);
  if (month < 1 || month > 12 || day < 1 || two_digits(text + 11) > 23 || two_digits(text + 14) > 59 ||
      two_digits(text + 17) > 59)
    return false;
  return day <= 28 || day <= days_in(two_digits(text) * 100 + two_digits(text + 2), month);
}

std::array<char, kShape.size()> written_as(std::string_view timestamp, SecondsFraction fraction) {
  std::array<char, kShape.size()> written;
  kShape.copy(written.data(), written.size());
  timestamp.copy(written.data(), kSecondsSize);
  const std::string_view after = timestamp.substr(std::min(timestamp.size(), kSecondsSize + 1));
  size_t digits = 0;
  while (digits < 3 && digits < after.size() && is_digit(after[digits])) ++digits;
  after.copy(written.data() + kSecondsSize + 1 + (fraction == SecondsFraction::milliseconds ? 3 - digits : 0),
             digits);
  return written;
}

}  // namespace

size_t iso_timestamp_size(std::string_view text, Zone zone) {
  if (text.size() < kSecondsSize || !is_date_and_time(text.data())) return 0;
  // Nearly all have three decimals and a Z.
  constexpr size_t kLastWord = kShape.size() - 8;
  if (text.size() >= kShape.size() && scan::has_shape(text.data() + kLastWord, kShape.data() + kLastWord))
    return zone == Zone::z ? kShape.size() : kShape.size() - 1;
  size_t at = kSecondsSize;
  if (at < text.size() && text[at] == '.') {
    const size_t first_digit = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == first_digit) return 0;
  }
  if (zone == Zone::none) return at;
  return at < text.size() && text[at] == 'Z' ? at + 1 : 0;
}

bool is_rfc3339(std::string_view text) {
  constexpr std::string_view kOffset = "+00:00";
  if (text.size() < kSecondsSize || !is_date_and_time(text.data())) return false;
  text.remove_prefix(kSecondsSize);
  if (text.starts_with('.')) {
    const size_t decimals = std::min(text.find_first_not_of("0123456789", 1), text.size());
    if (decimals == 1) return false;
    text.remove_prefix(decimals);
  }
  if (text == "Z") return true;
  if (text.size() != kOffset.size() || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  for (const size_t digit : {1U, 2U, 4U, 5U})
    if (!is_digit(text[digit])) return false;
  return two_digits(text.data() + 1) < 24 && two_digits(text.data() + 4) < 60;
}

void append_iso_timestamp(std::string& out, std::string_view timestamp, SecondsFraction fraction) {
  const auto written = written_as(timestamp, fraction);
  out.append(written.data(), written.size());
}

void append_iso_timestamp(TextBuffer& out, std::string_view timestamp, SecondsFraction fraction) {
  if (timestamp.size() == kShape.size() && timestamp.back() == 'Z') {  // already in this form
    out += timestamp.substr(0, kShape.size());
    return;
  }
  const auto written = written_as(timestamp, fraction);
  out += {written.data(), written.size()};
}

}  // namespace penstock::logs
