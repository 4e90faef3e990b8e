#include "core/logs/iso_timestamp.h"

#include <array>

namespace penstock {

namespace {

constexpr size_t kSecondsSize = 19;  // up to and with the seconds
constexpr std::string_view kShape = "0000-00-00T00:00:00";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int number(std::string_view text, size_t at, size_t size) {
  int value = 0;
  for (size_t index = at; index < at + size; ++index) value = value * 10 + (text[index] - '0');
  return value;
}

int days_in(int year, int month) {
  static constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<size_t>(month) - 1];
}

bool is_date_and_time(std::string_view text) {
  for (size_t index = 0; index < kSecondsSize; ++index)
    if (kShape[index] == '0' ? !is_digit(text[index]) : text[index] != kShape[index]) return false;
  const int month = number(text, 5, 2);
  const int day = number(text, 8, 2);
  return month >= 1 && month <= 12 && day >= 1 && day <= days_in(number(text, 0, 4), month) &&
         number(text, 11, 2) <= 23 && number(text, 14, 2) <= 59 && number(text, 17, 2) <= 59;
}

}  // namespace

size_t iso_timestamp_size(std::string_view text, Zone zone) {
  if (text.size() < kSecondsSize || !is_date_and_time(text)) return 0;
  size_t at = kSecondsSize;
  if (at < text.size() && text[at] == '.') {
    const size_t decimals = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == decimals) return 0;
  }
  if (zone == Zone::none) return at;
  return at < text.size() && text[at] == 'Z' ? at + 1 : 0;
}

void append_iso_timestamp(std::string& out, std::string_view timestamp) {
  out.append(timestamp, 0, kSecondsSize);
  out += '.';
  for (size_t at = kSecondsSize + 1; at < kSecondsSize + 4; ++at)
    out += at < timestamp.size() && is_digit(timestamp[at]) ? timestamp[at] : '0';
  out += 'Z';
}

}  // namespace penstock
