#include "core/logs/record/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

#include "base/json_number.h"

namespace penstock::logs {

namespace {

constexpr size_t kSecondsDigits = 3;  // 1 s is 10^3 ms
constexpr uint64_t kBytesOfMb = 1048576;

}  // namespace

bool append_seconds_of_ms(std::string& out, std::string_view ms) {
  if (const size_t mark = ms.find_first_of("eE"); mark != std::string_view::npos) {
    // The exponent changes instead: a large one could not be written as digits.
    const std::string_view digits = ms.substr(ms[mark + 1] == '+' ? mark + 2 : mark + 1);
    int32_t exponent = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    const size_t begin = out.size();
    out.append(ms, 0, mark + 1);
    out += std::to_string(int64_t{exponent} - int64_t{kSecondsDigits});
    return is_portable_json_number(std::string_view(out).substr(begin));
  }
  if (ms.starts_with('-')) {
    out += '-';
    ms.remove_prefix(1);
  }
  const size_t point = std::min(ms.find('.'), ms.size());
  const std::string_view whole = ms.substr(0, point);
  const std::string_view decimals = ms.substr(std::min(point + 1, ms.size()));
  const size_t whole_seconds = whole.size() > kSecondsDigits ? whole.size() - kSecondsDigits : 0;
  out += whole_seconds == 0 ? "0" : whole.substr(0, whole_seconds);
  const size_t end = out.size();
  out += '.';
  out.append(kSecondsDigits - std::min(whole.size(), kSecondsDigits), '0');
  out += whole.substr(whole_seconds);
  out += decimals;
  // Trailing zeros are redundant.
  out.resize(std::max(end, out.find_last_not_of('0') + 1));
  if (out.ends_with('.')) out.pop_back();
  return true;
}

bool append_bytes_of_mb(std::string& out, std::string_view mb) {
  const char* const end = mb.data() + mb.size();
  uint64_t whole = 0;
  std::array<char, 32> text;
  if (const auto read = std::from_chars(mb.data(), end, whole);
      read.ec == std::errc() && read.ptr == end && whole <= UINT64_MAX / kBytesOfMb) {
    const auto written = std::to_chars(text.data(), text.data() + text.size(), whole * kBytesOfMb);
    out.append(text.data(), written.ptr);
    return true;
  }
  double real = 0;
  std::from_chars(mb.data(), end, real);
  real *= double{kBytesOfMb};
  if (!std::isfinite(real)) return false;
  const auto written = std::to_chars(text.data(), text.data() + text.size(), real);
  out.append(text.data(), written.ptr);
  return true;
}

}  // namespace penstock::logs
