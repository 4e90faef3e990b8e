#include "tests/model_kinesis/amz_time.h"

#include <array>
#include <ctime>

namespace penstock::model {
namespace {

constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::tm utc(int64_t unix_ms) {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm out{};
  gmtime_r(&seconds, &out);
  return out;
}

std::string padded(int value, size_t width) {
  std::string text = std::to_string(value);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

}  // namespace

std::string amz_time(int64_t unix_ms) {
  const std::tm t = utc(unix_ms);
  return padded(t.tm_year + 1900, 4) + padded(t.tm_mon + 1, 2) + padded(t.tm_mday, 2) + "T" +
         padded(t.tm_hour, 2) + padded(t.tm_min, 2) + padded(t.tm_sec, 2) + "Z";
}

std::string http_date(int64_t unix_ms) {
  const std::tm t = utc(unix_ms);
  return std::string(kDays[static_cast<size_t>(t.tm_wday)]) + ", " + padded(t.tm_mday, 2) + " " +
         kMonths[static_cast<size_t>(t.tm_mon)] + " " + padded(t.tm_year + 1900, 4) + " " + padded(t.tm_hour, 2) +
         ":" + padded(t.tm_min, 2) + ":" + padded(t.tm_sec, 2) + " GMT";
}

std::optional<int64_t> parse_amz_time_ms(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  const auto number = [&](size_t at, size_t digits) {
    int value = 0;
    for (const char c : text.substr(at, digits)) {
      if (c < '0' || c > '9') return -1;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  std::tm t{};
  t.tm_year = number(0, 4) - 1900;
  t.tm_mon = number(4, 2) - 1;
  t.tm_mday = number(6, 2);
  t.tm_hour = number(9, 2);
  t.tm_min = number(11, 2);
  t.tm_sec = number(13, 2);
  const int64_t ms = static_cast<int64_t>(timegm(&t)) * 1000;
  if (amz_time(ms) != text) return std::nullopt;
  return ms;
}

}  // namespace penstock::model
