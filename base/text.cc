#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace penstock::host {

namespace {

struct Rune {
  uint32_t code;  // meaningless where size is 0
  size_t size;    // bytes; 0: not UTF-8
};

Rune decode(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return {0, 0};
  uint32_t code = first & (0xffU >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {0, 0};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  static constexpr std::array<uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[size] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {0, 0};
  return {code, size};
}

bool is_control(uint32_t code) { return code < 0x20 || (code >= 0x7f && code <= 0x9f); }

// What turns the direction of text or breaks a line: UAX #9's explicit controls and marks, U+2028 and U+2029.
bool is_bidi_or_break(uint32_t code) {
  return code == 0x061c || code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

template <typename... Args>
void append_format(std::string& out, const char* format, Args... args) {
  std::array<char, 32> buffer{};
  const int n = std::snprintf(buffer.data(), buffer.size(), format, args...);
  out.append(buffer.data(), static_cast<size_t>(n));
}

char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), ascii_lower);
  return out;
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

std::string_view trimmed(std::string_view text) {
  static constexpr std::string_view kBlanks = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string printable(std::string_view text, size_t max_bytes) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    if (out.size() >= max_bytes) return out + "...";
    const Rune rune = decode(text.substr(i));
    if (rune.size == 0) {
      append_format(out, "\\x%02x", static_cast<unsigned>(static_cast<uint8_t>(text[i++])));
      continue;
    }
    if (rune.code == '\n') {
      out += "\\n";
    } else if (is_control(rune.code)) {
      append_format(out, "\\x%02x", rune.code);
    } else if (is_bidi_or_break(rune.code)) {
      append_format(out, "\\u{%04x}", rune.code);
    } else {
      out.append(text, i, rune.size);
    }
    i += rune.size;
  }
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (size_t i = 0; i < text.size();) {
    const Rune rune = decode(text.substr(i));
    if (rune.size == 0) {
      out += "\xef\xbf\xbd";
      ++i;
      continue;
    }
    if (rune.code == '"' || rune.code == '\\') {
      out += '\\';
      out += static_cast<char>(rune.code);
    } else if (rune.code == '\n') {
      out += "\\n";
    } else if (rune.code < 0x20) {
      append_format(out, "\\u%04x", rune.code);
    } else {
      out.append(text, i, rune.size);
    }
    i += rune.size;
  }
  out += '"';
}

void append_json_for_terminal(std::string& out, std::string_view json) {
  for (size_t i = 0; i < json.size();) {
    const Rune rune = decode(json.substr(i));
    if (rune.size == 0) {
      out += "\xef\xbf\xbd";
      ++i;
      continue;
    }
    if (is_control(rune.code) || is_bidi_or_break(rune.code)) {
      append_format(out, "\\u%04x", rune.code);
    } else {
      out.append(json, i, rune.size);
    }
    i += rune.size;
  }
}

std::optional<int64_t> parse_duration_ms(std::string_view text) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  const std::string unit = lower(text.substr(static_cast<size_t>(end - text.data())));
  double factor = 0;
  if (unit == "ms") {
    factor = 1;
  } else if (unit.empty() || unit == "s") {
    factor = 1000;
  } else if (unit == "m") {
    factor = 60'000;
  } else if (unit == "h") {
    factor = 3'600'000;
  } else {
    return std::nullopt;
  }
  static constexpr double kTenYearsMs = 10.0 * 365 * 24 * 3'600'000;
  const double result = number * factor;
  if (!(result >= 0 && result <= kTenYearsMs)) return std::nullopt;
  return static_cast<int64_t>(result);
}

std::string bytes_text(int64_t bytes) {
  static constexpr std::array<const char*, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1000 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  std::string out;
  append_format(out, unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return out;
}

}  // namespace penstock::host
