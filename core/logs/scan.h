// Small steps through a line of text.
#pragma once

#include <cstddef>
#include <string_view>

namespace penstock::scan {

inline constexpr bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
inline constexpr bool is_space_or_tab(char c) { return c == ' ' || c == '\t'; }
inline constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline constexpr bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

inline std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

inline std::string_view trim_front(std::string_view text) {
  while (!text.empty() && is_space_or_tab(text.front())) text.remove_prefix(1);
  return text;
}

// What stands before the first blank.
inline std::string_view word(std::string_view text) {
  size_t size = 0;
  while (size < text.size() && !is_blank(text[size])) ++size;
  return text.substr(0, size);
}

// What stands before the first tab or line end.
inline std::string_view column(std::string_view text) {
  size_t size = 0;
  while (size < text.size() && text[size] != '\t' && text[size] != '\n' && text[size] != '\r') ++size;
  return text.substr(0, size);
}

inline std::string_view first_line(std::string_view text) {
  size_t size = 0;
  while (size < text.size() && text[size] != '\n' && text[size] != '\r') ++size;
  return text.substr(0, size);
}

// Takes prefix from the beginning of text, and then the spaces and tabs behind it.
inline bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text = trim_front(text.substr(prefix.size()));
  return true;
}

// Takes a word and the spaces and tabs behind it.
inline std::string_view take_word(std::string_view& text) {
  const std::string_view taken = word(text);
  text = trim_front(text.substr(taken.size()));
  return taken;
}

// A dotted name like Runtime.ExitError.
inline size_t name_size(std::string_view text) {
  size_t at = 0;
  while (at < text.size() &&
         (is_letter(text[at]) || text[at] == '_' || (at > 0 && (is_digit(text[at]) || text[at] == '.'))))
    ++at;
  return at;
}
inline bool is_name(std::string_view text) { return !text.empty() && name_size(text) == text.size(); }

}  // namespace penstock::scan
