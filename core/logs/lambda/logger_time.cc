#include "core/logs/lambda/logger_time.h"

#include <array>
#include <cstdint>

#include "base/scan.h"
#include "core/logs/lambda/styled_text.h"

namespace penstock::logs {

namespace {

constexpr size_t kMaxTimeBytes = 40;
constexpr size_t kShortMonthBytes = 3;

size_t digits_at(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - at;
}

size_t blanks_at(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && is_space_or_tab(text[end])) ++end;
  return end - at;
}

enum class TimeByte : uint8_t { other, part, mark };

constexpr auto kTimeBytes = [] {
  std::array<TimeByte, 256> bytes = {};
  for (const char c : std::string_view("0123456789.,+TZ")) bytes[static_cast<uint8_t>(c)] = TimeByte::part;
  for (const char c : std::string_view("-/:")) bytes[static_cast<uint8_t>(c)] = TimeByte::mark;
  return bytes;
}();

// Returns the size of "10:25PM", or 0.
size_t kitchen_time_size(std::string_view text) {
  const size_t hours = digits_at(text, 0);
  if (hours == 0 || hours > 2 || hours == text.size() || text[hours] != ':' || digits_at(text, hours + 1) != 2)
    return 0;
  const size_t size = hours + 5;
  const std::string_view half = text.substr(hours + 3, 2);
  const bool ends = size >= text.size() || is_blank(text[size]) || text[size] == '\x1b';
  return (half == "AM" || half == "PM") && ends ? size : 0;
}

// Returns whether a time may end before text: at a blank, a style or a column; after a colon, at a level.
bool ends_time(std::string_view text, char last) {
  if (text.empty() || is_blank(text[0]) || text[0] == '|') return true;
  if (last == ':' && text[0] >= 'A' && text[0] <= 'Z') return true;
  return styled::style_size(text) > 0 || text.starts_with(styled::kNarrowSpace);
}

// Returns the size of a word like 2026/09/14, 22:25:42.123 or 2026-09-14T22:25:42+02:00, or 0.
size_t time_word_size(std::string_view text) {
  if (text.empty() || !is_digit(text[0])) return 0;
  size_t marks = 0;
  size_t at = 0;
  for (; at < text.size() && at < kMaxTimeBytes; ++at) {
    const TimeByte byte = kTimeBytes[static_cast<uint8_t>(text[at])];
    const bool is_level = text[at] == 'T' && text[at - 1] == ':';  // "10:15:30:TRACE:"
    if (byte == TimeByte::other || is_level) break;
    marks += byte == TimeByte::mark ? 1 : 0;
  }
  if (marks == 1) return kitchen_time_size(text);
  return marks >= 2 && ends_time(text.substr(at), text[at - 1]) ? at : 0;
}

// Returns the size of "12 May 2020 " before a time, or 0.
size_t day_and_month_size(std::string_view text) {
  size_t at = digits_at(text, 0);
  if (at == 0 || at > 2) return 0;
  at += blanks_at(text, at);
  const size_t letters = styled::letters(text.substr(at)).size();
  at += letters;
  const size_t blanks = blanks_at(text, at);
  if (letters != kShortMonthBytes || blanks == 0 || digits_at(text, at + blanks) != 4) return 0;
  at += blanks + 4;
  return at + blanks_at(text, at);
}

// "+0200".
bool is_short_offset(std::string_view word) {
  return word.size() == 5 && (word[0] == '+' || word[0] == '-') && digits_at(word, 1) == 4;
}

bool is_offset(std::string_view word) {
  const bool has_colon = word.size() == 6 && word[3] == ':' && digits_at(word, 1) == 2 && digits_at(word, 4) == 2;
  return is_short_offset(word) || (has_colon && (word[0] == '+' || word[0] == '-'));
}

bool is_zone_or_half(std::string_view word) {
  return word == "AM" || word == "PM" || word == "UTC" || word == "GMT" || is_offset(word);
}

}  // namespace

size_t go_time_size(std::string_view text) {
  constexpr std::string_view kShape = "0000/00/00 00:00:00";
  if (text.size() <= kShape.size()) return 0;
  for (const size_t from : {size_t{0}, kShape.size() - kBlockBytes})
    if (!scan::has_shape_of_block(text.data() + from, kShape.data() + from)) return 0;
  size_t at = kShape.size();
  if (text[at] == '.') at += 1 + digits_at(text, at + 1);
  return at < text.size() && text[at] == ' ' ? at + 1 : 0;
}

size_t logger_time_size(std::string_view text) {
  if (text.empty() || !is_digit(text[0])) return 0;
  size_t size = day_and_month_size(text);
  const size_t word = time_word_size(text.substr(size));
  if (word == 0) return 0;
  size += word;
  const std::string_view rest = styled::skip(text.substr(size));
  const bool may_be_zone = !rest.empty() && std::string_view("APUG+-").find(rest[0]) != std::string_view::npos;
  const std::string_view next = may_be_zone ? styled::word(rest) : std::string_view();
  return is_zone_or_half(next) ? text.size() - rest.size() + next.size() : size;
}

bool has_swift_offset(std::string_view time) {
  constexpr size_t kOffsetBytes = 5;
  return time.size() > kOffsetBytes && time.find('T') != std::string_view::npos &&
         is_short_offset(time.substr(time.size() - kOffsetBytes));
}

bool begins_with_month_and_time(std::string_view text) {
  size_t at = styled::letters(text).size();
  if (at < kShortMonthBytes) return false;
  if (at < text.size() && text[at] == '.') ++at;
  at += blanks_at(text, at);
  const size_t day = digits_at(text, at);
  at += day;
  if (day == 0 || day > 2 || at >= text.size() || text[at] != ',') return false;
  ++at;
  at += blanks_at(text, at);
  if (digits_at(text, at) != 4) return false;
  at += 4;
  if (at < text.size() && text[at] == ',') ++at;  // some locales
  at += blanks_at(text, at);
  return time_word_size(text.substr(at)) != 0;
}

}  // namespace penstock::logs
