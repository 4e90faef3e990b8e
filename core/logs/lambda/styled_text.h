// Text with the colors of a terminal (SGR sequences). Loggers write them if they take the log for a terminal.
// https://en.wikipedia.org/wiki/ANSI_escape_code#Select_Graphic_Rendition_parameters
#pragma once

#include <cstddef>
#include <string_view>

#include "base/text.h"

namespace penstock::logs::styled {

// Returns the size of the sequence at the beginning of text, or 0. The escape byte may be missing, because some
// stores drop it.
inline size_t style_size(std::string_view text) {
  size_t at = text.starts_with('\x1b') ? 1 : 0;
  const bool has_escape = at == 1;
  if (at >= text.size() || text[at] != '[') return 0;
  const size_t first = ++at;
  while (at < text.size() && (is_digit(text[at]) || text[at] == ';')) ++at;
  return at < text.size() && text[at] == 'm' && (has_escape || at > first) ? at + 1 : 0;
}

inline std::string_view skip_styles(std::string_view text) {
  while (const size_t size = style_size(text)) text.remove_prefix(size);
  return text;
}

// The narrow space that recent versions of Node.js and Java write before AM and PM.
inline constexpr std::string_view kNarrowSpace = "\xE2\x80\xAF";

// Returns text without leading styles, spaces and tabs.
inline std::string_view skip(std::string_view text) {
  for (;;)
    if (!text.empty() && is_space_or_tab(text[0]))
      text.remove_prefix(1);
    else if (text.starts_with(kNarrowSpace))
      text.remove_prefix(kNarrowSpace.size());
    else if (const size_t size = style_size(text))
      text.remove_prefix(size);
    else
      return text;
}

// Returns the text before the first blank or escape byte.
inline std::string_view word(std::string_view text) {
  size_t at = 0;
  while (at < text.size() && !is_blank(text[at]) && text[at] != '\x1b') ++at;
  return text.substr(0, at);
}

// Returns the letters that text begins with.
inline std::string_view letters(std::string_view text) {
  size_t at = 0;
  while (at < text.size() && is_letter(text[at])) ++at;
  return text.substr(0, at);
}

// Returns whether text begins with a word in lowercase, a space and another word, as no form of a logger does. For
// most lines of an application, this saves looking for each form.
inline bool begins_as_prose(std::string_view text) {
  if (text.empty() || text[0] < 'a' || text[0] > 'z') return false;
  const std::string_view after = text.substr(letters(text).size());
  return after.size() > 1 && after[0] == ' ' && (is_letter(after[1]) || is_digit(after[1]));
}

}  // namespace penstock::logs::styled
