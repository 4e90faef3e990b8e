#include "core/logs/record/member_time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>

#include "base/scan.h"
#include "base/text.h"
#include "base/time.h"
#include "core/logs/lambda/iso_timestamp.h"

namespace penstock::logs {

namespace {

constexpr size_t kSecondsSize = 19;               // bytes up to and including the seconds
constexpr int64_t kFirstTimeMs = 100000000000;    // 3 March 1973
constexpr int64_t kLastTimeMs = 253402300799999;  // the end of the year 9999
constexpr int64_t kYearZeroMs = -62167219200000;

MemberTime at(int64_t unix_ms) { return {MemberTime::Form::unix_ms, {}, unix_ms}; }

bool are_two_digits(std::string_view text) { return is_digit(text[0]) && is_digit(text[1]); }

// Returns a zone in the form of RFC 3339; nullopt for text that is not a zone.
std::optional<std::array<char, 6>> read_zone(std::string_view text) {
  std::array<char, 6> offset = {'+', '0', '0', ':', '0', '0'};
  if (text.empty() || text == "Z" || text == "z" || text == "UTC" || text == "GMT") return offset;
  if ((text[0] != '+' && text[0] != '-') || text.size() < 3 || !are_two_digits(text.substr(1)))
    return std::nullopt;
  std::string_view minutes = text.substr(3);
  if (minutes.starts_with(':')) minutes.remove_prefix(1);
  const bool has_minutes = text.size() > 3;
  if (has_minutes && (minutes.size() != 2 || !are_two_digits(minutes))) return std::nullopt;
  text.copy(offset.data(), 3);
  if (has_minutes) minutes.copy(offset.data() + 4, 2);
  return offset;
}

// Reads a time in another form than that of is_rfc3339(). Rewrites it in that form.
MemberTime read_other_text(std::string_view text) {
  constexpr size_t kDateSize = 10;
  constexpr size_t kMaxDecimals = 3;
  if (text.size() < kSecondsSize) return {};
  std::array<char, kSecondsSize + 1 + kMaxDecimals + 6> written;
  text.copy(written.data(), kSecondsSize);
  if (text[kDateSize] == ' ' || text[kDateSize] == 't') written[kDateSize] = 'T';
  if (iso_timestamp_size({written.data(), kSecondsSize}, Zone::none) == 0) return {};
  size_t size = kSecondsSize;
  text.remove_prefix(kSecondsSize);
  if (text.starts_with('.') || text.starts_with(',')) {
    const size_t end = std::min(text.find_first_not_of("0123456789", 1), text.size());
    if (end == 1) return {};
    written[size++] = '.';
    size += text.copy(written.data() + size, std::min(end - 1, kMaxDecimals), 1);
    text.remove_prefix(end);
  }
  if (text.starts_with(' ')) text.remove_prefix(1);
  const auto zone = read_zone(text);
  if (!zone) return {};
  size += std::string_view(zone->data(), zone->size()).copy(written.data() + size, zone->size());
  const std::optional<int64_t> time_ms = parse_rfc3339({written.data(), size});
  return time_ms && *time_ms >= kYearZeroMs && *time_ms <= kLastTimeMs ? at(*time_ms) : MemberTime();
}

// The digits of a number without its sign, its point and its exponent.
struct Decimal {
  std::array<char, 18> digits;  // further ones are cut off
  int count = 0;
  int point = 0;  // number of digits before the point; may be negative, or more than there are
};

// REQUIRES: number is a JSON number that is not negative.
std::optional<Decimal> read_decimal(std::string_view number) {
  Decimal decimal;
  bool is_after_point = false;
  size_t at = 0;
  for (; at < number.size() && number[at] != 'e' && number[at] != 'E'; ++at) {
    if (number[at] == '.') {
      is_after_point = true;
      continue;
    }
    const bool is_leading_zero = decimal.count == 0 && number[at] == '0';
    if (!is_after_point && !is_leading_zero) ++decimal.point;
    if (is_after_point && is_leading_zero) --decimal.point;
    if (!is_leading_zero && static_cast<size_t>(decimal.count) < decimal.digits.size())
      decimal.digits[static_cast<size_t>(decimal.count++)] = number[at];
  }
  if (at == number.size()) return decimal;
  number.remove_prefix(at + 1);
  if (number.starts_with('+')) number.remove_prefix(1);
  constexpr int kMaxExponent = 999;
  int exponent = 0;
  const auto result = std::from_chars(number.data(), number.data() + number.size(), exponent);
  if (result.ec != std::errc() || exponent > kMaxExponent || exponent < -kMaxExponent) return std::nullopt;
  decimal.point += exponent;
  return decimal;
}

// Returns the integer part of decimal times 10 to the power of places; -1 if it has more than 18 digits.
int64_t integer_part(const Decimal& decimal, int places) {
  const int size = decimal.count == 0 ? 0 : decimal.point + places;
  if (size > static_cast<int>(decimal.digits.size())) return -1;
  int64_t value = 0;
  for (int digit = 0; digit < size; ++digit)
    value = value * 10 + (digit < decimal.count ? decimal.digits[static_cast<size_t>(digit)] - '0' : 0);
  return value;
}

}  // namespace

MemberTime read_time_text(std::string_view text) {
  if (!text.empty() && iso_timestamp_size(text) == text.size()) return {MemberTime::Form::utc_text, text};
  if (is_rfc3339(text)) return {MemberTime::Form::offset_text, text};
  return read_other_text(text);
}

MemberTime read_time_number(std::string_view number) {
  constexpr int kMaxSecondsDigits = 11;  // a number of seconds is below 1e11
  if (number.starts_with('-')) return {};
  const std::optional<Decimal> decimal = read_decimal(number);
  if (!decimal) return {};
  const bool is_in_seconds = decimal->point <= kMaxSecondsDigits;
  const int64_t time_ms = integer_part(*decimal, is_in_seconds ? 3 : 0);
  return time_ms >= kFirstTimeMs && time_ms <= kLastTimeMs ? at(time_ms) : MemberTime();
}

void append_member_time(TextBuffer& out, const MemberTime& time) {
  switch (time.form) {
    case MemberTime::Form::utc_text:
      append_iso_timestamp(out, time.text);
      break;
    case MemberTime::Form::offset_text:
      out += time.text;
      break;
    case MemberTime::Form::unix_ms:
      append_rfc3339(out, time.unix_ms);
      break;
    case MemberTime::Form::none:
      break;
  }
}

}  // namespace penstock::logs
