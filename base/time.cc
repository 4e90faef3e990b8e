#include "base/time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstring>

namespace penstock {

namespace {

constexpr int64_t kFirstMs = -62167219200000;  // 0000-01-01T00:00:00.000Z
constexpr int64_t kLastMs = 253402300799999;   // 9999-12-31T23:59:59.999Z

constexpr std::array<char, 200> kTwoDigits = [] {
  std::array<char, 200> table = {};
  for (size_t value = 0; value < 100; ++value) {
    table[2 * value] = static_cast<char>('0' + value / 10);
    table[2 * value + 1] = static_cast<char>('0' + value % 10);
  }
  return table;
}();

void put_two_digits(char* at, uint32_t value) { std::memcpy(at, kTwoDigits.data() + size_t{2} * value, 2); }

// Returns nullopt if the date is not in the calendar, or the time is not a time of day. A leap second is accepted.
std::optional<int64_t> unix_ms(int year, int month, int day, int hour, int minute, int second) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::array<char, 24> rfc3339(int64_t unix_ms) {
  using std::chrono::days, std::chrono::floor, std::chrono::milliseconds, std::chrono::sys_time;
  const sys_time<milliseconds> time{milliseconds(std::clamp(unix_ms, kFirstMs, kLastMs))};
  const auto day = floor<days>(time);
  const std::chrono::year_month_day date{day};
  const auto year = static_cast<uint32_t>(static_cast<int>(date.year()));
  const auto ms = static_cast<uint32_t>((time - day).count());
  std::array<char, 24> written;
  char* const text = written.data();
  std::memcpy(text, "0000-00-00T00:00:00.000Z", written.size());
  put_two_digits(text, year / 100);
  put_two_digits(text + 2, year % 100);
  put_two_digits(text + 5, static_cast<unsigned>(date.month()));
  put_two_digits(text + 8, static_cast<unsigned>(date.day()));
  put_two_digits(text + 11, ms / 3600000);
  put_two_digits(text + 14, ms / 60000 % 60);
  put_two_digits(text + 17, ms / 1000 % 60);
  put_two_digits(text + 20, ms % 1000 / 10);
  text[22] = static_cast<char>('0' + ms % 10);
  return written;
}

}  // namespace

void append_rfc3339(std::string& out, int64_t unix_ms) {
  const auto written = rfc3339(unix_ms);
  out.append(written.data(), written.size());
}

void append_rfc3339(TextBuffer& out, int64_t unix_ms) {
  const auto written = rfc3339(unix_ms);
  out += {written.data(), written.size()};
}

std::string format_rfc3339(int64_t unix_ms) {
  std::string out;
  append_rfc3339(out, unix_ms);
  return out;
}

std::optional<int64_t> parse_rfc3339(std::string_view text) {
  constexpr size_t kToSeconds = 19;
  if (text.size() <= kToSeconds || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
      text[16] != ':')
    return std::nullopt;
  const auto year = number(text.substr(0, 4)), month = number(text.substr(5, 2)), day = number(text.substr(8, 2)),
             hour = number(text.substr(11, 2)), minute = number(text.substr(14, 2)),
             second = number(text.substr(17, 2));
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  std::optional<int64_t> time_ms = unix_ms(*year, *month, *day, *hour, *minute, *second);
  if (!time_ms) return std::nullopt;
  text.remove_prefix(kToSeconds);
  if (text.front() == '.') {
    const size_t end = std::min(text.find_first_not_of("0123456789", 1), text.size());
    if (end == 1) return std::nullopt;
    int64_t place_ms = 100;
    for (size_t i = 1; i < end; ++i, place_ms /= 10) *time_ms += place_ms * (text[i] - '0');
    text.remove_prefix(end);
  }
  if (text == "Z") return time_ms;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = number(text.substr(1, 2)), minutes = number(text.substr(4, 2));
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const int64_t offset_ms = (int64_t{*hours} * 60 + *minutes) * 60'000;
  return text[0] == '+' ? *time_ms - offset_ms : *time_ms + offset_ms;
}

std::optional<int64_t> parse_http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' ' || text[16] != ' ' ||
      text[19] != ':' || text[22] != ':' || text.substr(25) != " GMT")
    return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const auto day = number(text.substr(5, 2)), year = number(text.substr(12, 4)), hour = number(text.substr(17, 2)),
             minute = number(text.substr(20, 2)), second = number(text.substr(23, 2));
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second) return std::nullopt;
  return unix_ms(*year, static_cast<int>(month - kMonths.begin()) + 1, *day, *hour, *minute, *second);
}

}  // namespace penstock
