// ASCII character classes, and escaping of untrusted text so that it is safe to print.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace penstock {

// ASCII only, independent of the locale.
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
constexpr bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }
constexpr bool is_space_or_tab(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }  // includes line ends
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c; }

inline std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), to_lower);
  return out;
}

inline std::string upper_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), to_upper);
  return out;
}

// Returns whether a and b are equal, ignoring case. Keys, section names, and stage IDs are compared this way.
inline bool equal_without_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char one, char other) { return to_lower(one) == to_lower(other); });
}

// Returns text without the blanks and line ends at both ends.
inline std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Removes the first item from a comma-separated list, and returns it trimmed.
inline std::string_view take_list_item(std::string_view& list) {
  const size_t comma = std::min(list.find(','), list.size());
  const std::string_view item = trim(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return item;
}

inline constexpr char kHexDigits[] = "0123456789abcdef";

// Appends the last `digits` hexadecimal digits of value.
inline void append_hex(std::string& out, uint32_t value, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += kHexDigits[value >> shift & 15];
}

// Returns whether a terminal interprets the character: C0, DEL, C1, the bidirectional controls and marks of UAX
// #9, and the line breaks U+2028 and U+2029.
constexpr bool is_terminal_control(uint32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F) || code_point == 0x061C ||
         code_point == 0x200E || code_point == 0x200F || (code_point >= 0x2028 && code_point <= 0x202E) ||
         (code_point >= 0x2066 && code_point <= 0x2069);
}

// Appends text with every character replaced by %HH, except the unreserved characters of RFC 3986 and those in
// kept.
void append_percent_encoded(std::string& out, std::string_view text, std::string_view kept = {});

inline constexpr size_t kMaxPrintedValueBytes = 200;  // limit for a value in an error
inline constexpr size_t kMaxPrintedLineBytes = 1000;  // limit for a path, or for a log line

// Returns text in a form that is safe in a terminal and on one log line. Control characters become \n, \r, \t,
// \xHH, or \u{HHHH}; each byte that is not UTF-8 becomes \xHH. Longer text is cut to max_bytes at a character
// boundary, and "..." is appended.
std::string printable(std::string_view text, size_t max_bytes = kMaxPrintedValueBytes);

}  // namespace penstock
