// Levels at the places where common loggers write them. docs/records.md has the list. A level anywhere else is a
// word of the application's text.
#include <algorithm>
#include <array>

#include "base/scan.h"
#include "core/logs/lambda/lambda_grammar.h"
#include "core/logs/lambda/level.h"
#include "core/logs/lambda/logger_time.h"
#include "core/logs/lambda/styled_text.h"

namespace penstock::logs::grammar {

namespace {

constexpr size_t kMaxHeadBytes = 512;  // what a logger writes before the text is in these
constexpr int kMaxParts = 8;           // times, brackets and fields before a level
constexpr size_t kMaxBracketBytes = 128;

enum class Letters { capitals, lowercase, either };

bool is_in(std::string_view word, char first, char last) {
  return std::all_of(word.begin(), word.end(), [=](char c) { return c >= first && c <= last; });
}

bool is_level(std::string_view word, Letters letters) {
  constexpr size_t kMinBytes = 3;
  constexpr size_t kMaxBytes = 13;
  if (word.size() < kMinBytes || word.size() > kMaxBytes) return false;
  if (letters == Letters::capitals && !is_in(word, 'A', 'Z')) return false;
  if (letters == Letters::lowercase && !is_in(word, 'a', 'z')) return false;
  // These are .NET's and java.util.logging's, and words of prose.
  for (const std::string_view prose : {"FAIL", "FINE", "CONFIG"})
    if (equal_without_case(word, prose)) return false;
  return !normalized_level(word).empty();
}

// Levels in capitals that may be the first word of a line.
bool is_first_level(std::string_view word) {
  static constexpr std::array<std::string_view, 9> kWords = {"INFO",    "ERROR", "WARN",     "DEBUG", "TRACE",
                                                             "WARNING", "FATAL", "CRITICAL", "SEVERE"};
  return is_one_of(word, kWords);
}

// Levels in lowercase that may be the first word of a line, before a colon.
bool is_first_lowercase_level(std::string_view word) {
  static constexpr std::array<std::string_view, 8> kWords = {"info",    "error",   "warn",  "debug",
                                                             "verbose", "warning", "trace", "fatal"};
  return is_one_of(word, kWords);
}

bool begins_with_blank(std::string_view text) { return !text.empty() && is_space_or_tab(text[0]); }

// Returns whether text, which follows a level, is a colon and a blank, or a colon, the name of a logger and a
// colon (Python: "ERROR:root:text").
bool is_colon_of_level(std::string_view text) {
  if (!text.starts_with(':')) return false;
  text = styled::skip_styles(text.substr(1));
  if (text.empty() || is_blank(text[0])) return !text.empty();
  const size_t size = logger_name_size(text);
  return size > 0 && text.substr(size).starts_with(':');
}

// .NET's console: "fail: Category[0]" and a line end.
std::string_view dotnet_console_level(std::string_view word, std::string_view after) {
  if (word.size() != 4 || !after.starts_with(": ")) return {};
  after = after.substr(2, kMaxBracketBytes);
  const size_t open = after.substr(0, after.find_first_of(" \t\r\n")).find('[');
  if (open == std::string_view::npos || open == 0 || open + 1 == after.size() || !is_digit(after[open + 1]))
    return {};
  return runtime_level(word);
}

// "ERROR text" (Rust), "ERROR: text", "ERROR:root:text", "error: text". text: the line, without style.
std::string_view level_of_first_word(std::string_view text) {
  const std::string_view word = styled::letters(text);
  const std::string_view after = styled::skip_styles(text.substr(word.size()));
  if (after.empty()) return {};
  if (is_in(word, 'A', 'Z'))
    return (begins_with_blank(after) || is_colon_of_level(after)) && is_first_level(word) ? word
                                                                                          : std::string_view();
  if (after[0] != ':') return {};
  if (after.size() > 1 && is_blank(after[1]) && is_first_lowercase_level(word)) return word;
  return dotnet_console_level(word, after);
}

// Removes a separator of fields, "- " or "| ".
bool take_separator(std::string_view& text, char separator) {
  if (text.size() < 2 || text[0] != separator || !is_space_or_tab(text[1])) return false;
  text = styled::skip(text);
  text = styled::skip(text.substr(1));
  return true;
}

// "name - ERROR - text", "name | ERROR | text": the fields after a time, or from the start of the line. Names are
// one word each.
std::string_view level_in_fields(std::string_view text, char separator, Letters letters) {
  constexpr int kMaxNames = 3;
  for (int names = 0; names <= kMaxNames; ++names) {
    const std::string_view word = styled::word(text);
    std::string_view rest = styled::skip(text.substr(word.size()));
    if (word.empty() || !take_separator(rest, separator)) return {};
    if (is_level(word, letters)) return word;
    text = rest;
  }
  return {};
}

// "DD_EXTENSION | ERROR | text", "app - ERROR - text".
std::string_view level_after_name(std::string_view text) {
  const size_t size = logger_name_size(text);
  const std::string_view name = text.substr(0, size);
  std::string_view rest = styled::skip(text.substr(size));
  if (size == 0) return {};
  const bool is_program = std::all_of(name.begin(), name.end(),
                                      [](char c) { return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_'; });
  for (const char separator : {'|', '-'}) {
    if ((separator == '|' && !is_program) || !take_separator(rest, separator)) continue;
    const std::string_view word = styled::letters(rest);
    rest = styled::skip(rest.substr(word.size()));
    return is_level(word, Letters::capitals) && take_separator(rest, separator) ? word : std::string_view();
  }
  return {};
}

// Monolog: "production.ERROR: text" after a time in brackets.
std::string_view level_of_channel(std::string_view text) {
  const std::string_view word = text.substr(0, logger_name_size(text));
  const size_t dot = word.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || !text.substr(word.size()).starts_with(": ")) return {};
  const std::string_view level = word.substr(dot + 1);
  return is_level(level, Letters::capitals) ? level : std::string_view();
}

// swift-log: "debug label : text" after a time with an offset. The label is a word.
std::string_view level_before_label(std::string_view text) {
  const std::string_view level = styled::word(text);
  if (!is_level(level, Letters::lowercase)) return {};
  std::string_view rest = scan::trim_front(text.substr(level.size()));
  const std::string_view label = styled::word(rest);
  rest = scan::trim_front(rest.substr(label.size()));
  return !label.empty() && (label.ends_with(':') || rest.starts_with(":")) ? level : std::string_view();
}

// What loggers write before a level: times, texts in brackets, and the names of Nest and of fields.
struct Prefix {
  bool has_time = false;
  bool has_offset = false;  // the time ends with +0000, as swift-log writes it
  bool has_bracket = false;
  bool has_time_in_bracket = false;
  std::string_view level;  // found in brackets
};

// Removes a text in brackets. Sets prefix.level if it is a level.
bool take_bracket(std::string_view& text, Prefix& prefix) {
  if (!text.starts_with('[')) return false;
  const size_t close = text.substr(0, kMaxBracketBytes).find(']');
  if (close == std::string_view::npos) return false;
  const std::string_view inside = styled::skip(text.substr(1, close - 1));
  const std::string_view word = styled::letters(inside);
  std::string_view after = styled::skip_styles(text.substr(close + 1));
  if (!after.empty() && !is_blank(after[0]) && after[0] != ':') return false;
  if (styled::skip(inside.substr(word.size())).empty() && is_level(word, Letters::either)) prefix.level = word;
  prefix.has_bracket = true;
  prefix.has_time_in_bracket = prefix.has_time_in_bracket || (!inside.empty() && is_digit(inside[0]));
  text = styled::skip(after);
  // Nest: "[Nest] 8  - 09/16/2026, ...", with the number of the process.
  if (inside != "Nest") return true;
  while (!text.empty() && is_digit(text[0])) text.remove_prefix(1);
  text = styled::skip(text);
  take_separator(text, '-');
  return true;
}

std::string_view level_after_prefix(std::string_view text) {
  Prefix prefix;
  if (const size_t size = go_time_size(text)) {
    prefix.has_time = true;
    text = styled::skip(text.substr(size));
    if (styled::begins_as_prose(text)) return {};
  }
  for (int parts = 0; parts < kMaxParts; ++parts) {
    if (const size_t size = logger_time_size(text)) {
      prefix.has_time = true;
      prefix.has_offset = has_swift_offset(text.substr(0, size));
      text = styled::skip(text.substr(size));
    } else if (!take_bracket(text, prefix)) {
      break;
    } else if (!prefix.level.empty()) {
      return prefix.level;
    }
  }
  if (text.empty() || !(prefix.has_time || prefix.has_bracket)) return {};
  for (const char separator : {'|', '-'})
    if (prefix.has_time && take_separator(text, separator)) {
      if (const std::string_view level = level_in_fields(text, separator, Letters::either); !level.empty())
        return level;
    }
  const std::string_view word = styled::letters(text);
  const std::string_view after = styled::skip_styles(text.substr(word.size()));
  const bool is_before_colon = after.starts_with(':') && (after.size() == 1 || is_blank(after[1]));
  if ((begins_with_blank(after) || is_before_colon) && is_level(word, Letters::capitals)) return word;
  if (is_before_colon && is_first_lowercase_level(word)) return word;
  if (prefix.has_time_in_bracket)
    if (const std::string_view level = level_of_channel(text); !level.empty()) return level;
  return prefix.has_offset ? level_before_label(text) : std::string_view();
}

// java.util.logging: "Sep 14, 2026 10:25:42 PM com.example.App handle", and the level on the next line.
std::string_view level_of_second_line(std::string_view text) {
  if (!begins_with_month_and_time(text)) return {};
  const size_t line_end = text.find('\n');
  if (line_end == std::string_view::npos) return {};
  const std::string_view second = text.substr(line_end + 1);
  const std::string_view word = styled::letters(second);
  static constexpr std::array<std::string_view, 7> kWords = {"SEVERE", "WARNING", "INFO",  "CONFIG",
                                                             "FINE",   "FINER",   "FINEST"};
  return second.substr(word.size()).starts_with(": ") && is_one_of(word, kWords) ? word : std::string_view();
}

// Returns whether text begins as a line of key=value pairs.
bool begins_with_key(std::string_view text) {
  const size_t size = styled::letters(text).size();
  return size < text.size() && text[size] == '=';
}

std::string_view find_level(std::string_view head) {
  const std::string_view text = styled::skip(head);
  if (text.empty()) return {};
  if (is_digit(text[0]) || text[0] == '[') return level_after_prefix(text);
  if (!is_letter(text[0])) return {};
  if (const std::string_view level = level_of_first_word(text); !level.empty()) return level;
  if (const std::string_view level = level_after_name(text); !level.empty()) return level;
  return level_of_second_line(text);
}

}  // namespace

void look_for_logger_level(std::string_view text, LambdaLine& line) {
  if (is_letter(text[0]) && begins_with_key(text) && read_pairs_line(text, line)) return;
  line.level = find_level(text.substr(0, kMaxHeadBytes));
  if (!line.level.empty()) look_for_request_id(text, line);
}

}  // namespace penstock::logs::grammar
