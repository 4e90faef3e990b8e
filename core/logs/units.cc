#include "core/logs/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace penstock {

namespace {

constexpr size_t kSecondsDigits = 3;  // 1 s is 10^3 ms
constexpr uint64_t kBytesOfMb = 1048576;

}  // namespace

void append_seconds_of_ms(std::string& out, std::string_view ms) {
  if (ms.find_first_of("eE") != std::string_view::npos) {
    // With an exponent it is that which changes; no digits of ours could stand for a large one.
    const size_t mark = ms.find_first_of("eE");
    int64_t exponent = 0;
    const std::string_view digits = ms.substr(ms[mark + 1] == '+' ? mark + 2 : mark + 1);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (read.ec != std::errc()) exponent = 0;  // of more than 18 digits: any double is 0 or infinite
    out.append(ms, 0, mark + 1);
    out += std::to_string(exponent - static_cast<int64_t>(kSecondsDigits));
    return;
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
  // Zeros at the end say nothing.
  out.resize(std::max(end, out.find_last_not_of('0') + 1));
  if (out.ends_with('.')) out.pop_back();
}

void append_bytes_of_mb(std::string& out, std::string_view mb) {
  const char* const end = mb.data() + mb.size();
  uint64_t whole = 0;
  std::array<char, 32> text;
  if (const auto read = std::from_chars(mb.data(), end, whole);
      read.ec == std::errc() && read.ptr == end && whole <= UINT64_MAX / kBytesOfMb) {
    const auto written = std::to_chars(text.data(), text.data() + text.size(), whole * kBytesOfMb);
    out.append(text.data(), written.ptr);
    return;
  }
  double real = 0;
  const auto read = std::from_chars(mb.data(), end, real);
  const auto written = std::to_chars(text.data(), text.data() + text.size(), real * double{kBytesOfMb});
  if (read.ec == std::errc() && real <= 1e300)
    out.append(text.data(), written.ptr);
  else
    out += mb;  // no computer has that
}

}  // namespace penstock
