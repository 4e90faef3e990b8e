// Levels at the places where common loggers write them. docs/records.md has the list. A level anywhere else is a
// word of the application's text.
#include <algorithm>
#include <array>

#include "base/scan.h"
#include "core/logs/lambda/lambda_grammar.h"
#include "core/logs/lambda/logger_time.h"
#include "core/logs/lambda/logger_words.h"
#include "core/logs/lambda/styled_text.h"

namespace penstock::logs::grammar {

namespace {

constexpr size_t kMaxHeadBytes = 512;  // what a logger writes before the text is in these

// Levels in capitals that may be the first word of a line.
bool is_first_level(std::string_view word) {
  static constexpr std::array<std::string_view, 9> kWords = {"INFO",    "ERROR", "WARN",     "DEBUG", "TRACE",
                                                             "WARNING", "FATAL", "CRITICAL", "SEVERE"};
  return is_one_of(word, kWords);
}

// Returns whether text, which follows a level, is a colon and a blank, or a colon, the name of a logger and a
// colon (Python: "ERROR:root:text").
bool is_colon_of_level(std::string_view text) {
  if (!text.starts_with(':')) return false;
  text = styled::skip_styles(text.substr(1));
  if (text.empty() || is_blank(text[0])) return !text.empty();
  const size_t size = logger_name_size(text);
  return size > 0 && text.substr(size).starts_with(':');
}

// logrus on a terminal: "WARN[0012] text", with the seconds since the start.
std::string_view level_of_logrus(std::string_view word, std::string_view after) {
  constexpr size_t kCutBytes = 4;
  if (word.size() != kCutBytes || !after.starts_with('[')) return {};
  size_t at = 1;
  while (at < after.size() && is_digit(after[at])) ++at;
  return at > kCutBytes && after.substr(at).starts_with("] ") ? level_of(word, Letters::capitals)
                                                              : std::string_view();
}

// "ERROR text" (Rust), "ERROR: text", "ERROR:root:text", "error: text". text: the line, without style.
std::string_view level_of_first_word(std::string_view text) {
  const std::string_view word = styled::letters(text);
  const std::string_view after = styled::skip_styles(text.substr(word.size()));
  if (after.empty()) return {};
  if (is_in(word, 'A', 'Z')) {
    if (after[0] == '[') return level_of_logrus(word, after);
    return (begins_with_blank(after) || is_colon_of_level(after)) && is_first_level(word) ? word
                                                                                          : std::string_view();
  }
  if (after[0] != ':') return {};
  if (after.size() > 1 && is_blank(after[1]) && is_lowercase_level(word)) return word;
  return dotnet_console_level(word, after);
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
    return take_separator(rest, separator) ? level_of(word, Letters::capitals) : std::string_view();
  }
  return {};
}

// klog and absl: "E0914 22:25:42.123456       1 file.go:12] text".
std::string_view level_of_klog(std::string_view text) {
  constexpr size_t kDayBytes = 6;  // the letter, month, day and a blank
  constexpr std::string_view kShape = "00000000";
  if (text.size() < kDayBytes + kShape.size() || text[5] != ' ') return {};
  for (size_t at = 1; at < kDayBytes - 1; ++at)
    if (!is_digit(text[at])) return {};
  const size_t time = logger_time_size(text.substr(kDayBytes));
  if (time == 0) return {};
  std::string_view rest = styled::skip(text.substr(kDayBytes + time));
  const std::string_view thread = scan::take_word(rest);
  const std::string_view place = styled::word(rest);
  const bool is_place = place.ends_with(']') && place.find(':') != std::string_view::npos;
  if (thread.empty() || !is_digit(thread[0]) || !is_place) return {};
  switch (text[0]) {
    case 'I':
      return "INFO";
    case 'W':
      return "WARNING";
    case 'E':
      return "ERROR";
    case 'F':
      return "FATAL";
    default:
      return {};
  }
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

LoggerLevel find_level(std::string_view head) {
  std::string_view text = styled::skip(head);
  if (text.starts_with('#')) scan::take(text, "#LUMIGO# - ");
  if (text.empty()) return {};
  if (is_digit(text[0]) || text[0] == '[') return read_logger_prefix(text);
  if (!is_letter(text[0])) return {runtime_message_level(text)};
  if (const std::string_view level = level_of_first_word(text); !level.empty()) return {level};
  if (const std::string_view level = level_after_name(text); !level.empty()) return {level};
  if (const std::string_view level = runtime_message_level(text); !level.empty()) return {level};
  if (says_swift_crash(text)) return {"ERROR"};
  if (const std::string_view level = level_of_klog(text); !level.empty()) return {level};
  return {level_of_second_line(text)};
}

}  // namespace

void look_for_logger_level(std::string_view text, LambdaLine& line) {
  if (is_letter(text[0]) && begins_with_key(text) && read_pairs_line(text, line)) return;
  const LoggerLevel found = find_level(text.substr(0, kMaxHeadBytes));
  if (found.level.empty()) return;
  line.level = found.level;
  if (line.timestamp.empty()) line.timestamp = found.timestamp;
  look_for_request_id(text, line);
}

}  // namespace penstock::logs::grammar
