// The words and separators that loggers write around a level. Only for the files of the grammar that read loggers'
// lines.
#pragma once

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "core/logs/lambda/styled_text.h"

namespace penstock::logs::grammar {

enum class Letters { capitals, lowercase, either };

inline bool is_in(std::string_view word, char first, char last) {
  return std::all_of(word.begin(), word.end(), [=](char c) { return c >= first && c <= last; });
}

inline bool begins_with_blank(std::string_view text) { return !text.empty() && is_space_or_tab(text[0]); }

// Returns the level of word: unchanged, or in full if word is an abbreviation such as ERR. Empty if word is not a
// level with this capitalization.
std::string_view level_of(std::string_view word, Letters letters);

// Returns whether word is a level in lowercase that loggers write before a colon.
bool is_lowercase_level(std::string_view word);

// Returns the level of .NET's console, "fail: Category[0]" and a line end; empty for any other text. after: the
// text after the word.
std::string_view dotnet_console_level(std::string_view word, std::string_view after);

// Removes a separator of fields, "- " or "| ", and the blanks around it. Returns false for any other text.
inline bool take_separator(std::string_view& text, char separator) {
  if (text.size() < 2 || text[0] != separator || !is_space_or_tab(text[1])) return false;
  text = styled::skip(text);
  text = styled::skip(text.substr(1));
  return true;
}

// Returns whether word is a place in a program of Go: "main.go:12", "/app/main.go:12:".
bool is_go_place(std::string_view word);

}  // namespace penstock::logs::grammar
