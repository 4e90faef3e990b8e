// Levels after what most loggers write first: times, texts in brackets, and names between them.
#include "base/scan.h"
#include "core/logs/lambda/iso_timestamp.h"
#include "core/logs/lambda/lambda_grammar.h"
#include "core/logs/lambda/logger_time.h"
#include "core/logs/lambda/logger_words.h"
#include "core/logs/lambda/styled_text.h"

namespace penstock::logs::grammar {

namespace {

constexpr int kMaxParts = 8;  // times and brackets before a level
constexpr size_t kMaxBracketBytes = 128;

// "name - ERROR - text", "name | ERROR | text": the fields after a time, or from the start of the line. Names are
// one word each.
std::string_view level_in_fields(std::string_view text, char separator, Letters letters) {
  constexpr int kMaxNames = 3;
  for (int names = 0; names <= kMaxNames; ++names) {
    const std::string_view word = styled::word(text);
    std::string_view rest = styled::skip(text.substr(word.size()));
    if (word.empty() || !take_separator(rest, separator)) return {};
    const std::string_view level = level_of(word, letters);
    // Datadog's agent has a name that is also a level: "TIME | TRACE | ERROR | text".
    const bool is_name = separator == '|' && word == "TRACE" && !level_of(styled::word(rest), letters).empty();
    if (!level.empty() && !is_name) return level;
    text = rest;
  }
  return {};
}

// Monolog: "production.ERROR: text" after a time in brackets.
std::string_view level_of_channel(std::string_view text) {
  const std::string_view word = text.substr(0, logger_name_size(text));
  const size_t dot = word.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || !text.substr(word.size()).starts_with(": ")) return {};
  return level_of(word.substr(dot + 1), Letters::capitals);
}

// swift-log: "debug label : text" after a time with an offset. The label is a word.
std::string_view level_before_label(std::string_view text) {
  const std::string_view word = styled::word(text);
  std::string_view rest = scan::trim_front(text.substr(word.size()));
  const std::string_view label = styled::word(rest);
  rest = scan::trim_front(rest.substr(label.size()));
  const bool is_before_label = !label.empty() && (label.ends_with(':') || rest.starts_with(":"));
  return is_before_label ? level_of(word, Letters::lowercase) : std::string_view();
}

// zap: "error\tservice/service.go:12\ttext" after a time.
std::string_view level_before_go_place(std::string_view text) {
  const std::string_view word = styled::word(text);
  const std::string_view level = level_of(word, Letters::lowercase);
  if (level.empty()) return {};
  return is_go_place(styled::word(styled::skip(text.substr(word.size())))) ? level : std::string_view();
}

// boto3: "botocore.hooks [DEBUG] text" after a time. The name has a dot, so that it is not a word of prose.
std::string_view level_after_dotted_name(std::string_view text) {
  const std::string_view name = text.substr(0, logger_name_size(text));
  const std::string_view rest = text.substr(name.size());
  if (!rest.starts_with(" [") || name.find('.') == std::string_view::npos) return {};
  const std::string_view word = styled::letters(rest.substr(2));
  return rest.substr(2 + word.size()).starts_with("] ") ? level_of(word, Letters::capitals) : std::string_view();
}

// "|ERROR|Logger|text" of NLog and "|-ERROR in Class - text" of logback, after a time.
std::string_view level_in_columns(std::string_view text) {
  if (!scan::take(text, "|")) return {};
  const bool is_logback = scan::take(text, "-");
  const std::string_view word = styled::letters(text);
  const bool ends = text.substr(word.size()).starts_with(is_logback ? " in " : "|");
  return ends ? level_of(word, Letters::capitals) : std::string_view();
}

// What loggers write before a level: times, texts in brackets, and the names of Nest and of fields.
struct Prefix {
  bool has_time = false;
  bool has_offset = false;     // the time ends with +0000, as swift-log writes it
  bool ends_in_colon = false;  // the time ends with a colon
  bool has_bracket = false;
  bool has_time_in_bracket = false;
  bool has_apache_time = false;  // in a bracket: Mon Sep 14 22:25:42.123456 2026
  std::string_view timestamp;    // the time, if it is one for a record
  std::string_view level;        // found in brackets
};

void set_time(std::string_view time, Prefix& prefix) {
  prefix.has_time = true;
  prefix.has_offset = has_swift_offset(time);
  prefix.ends_in_colon = time.ends_with(':');
  if (time.ends_with('Z') && iso_timestamp_size(time) == time.size()) prefix.timestamp = time;
}

bool is_apache_time(std::string_view text) {
  constexpr size_t kMinBytes = std::string_view("Mon Sep 14 22:25:42 2026").size();
  return text.size() >= kMinBytes && styled::letters(text).size() == 3 && text[3] == ' ' && is_digit(text.back());
}

// Sets prefix.level if a text in brackets has one: "[error]", "[10:15:30 ERR]", "[2026-09-14T22:25:42Z ERROR a]",
// "[2026-09-14 22:25:42,123: ERROR/MainProcess]", and, after Apache's time, "[core:error]".
void read_bracket(std::string_view inside, Prefix& prefix) {
  std::string_view text = inside;
  while (const size_t size = logger_time_size(text)) {
    if (iso_timestamp_size(text) == size) prefix.timestamp = text.substr(0, size);
    text = styled::skip(text.substr(size));
  }
  const bool has_time = text.size() < inside.size();
  if (prefix.has_apache_time) {
    const size_t module = logger_name_size(text);
    if (module > 0 && text.substr(module).starts_with(':')) text.remove_prefix(module + 1);
  }
  const std::string_view word = styled::letters(text);
  const std::string_view after = styled::skip_styles(text.substr(word.size()));
  if (styled::skip(after).empty())
    prefix.level = level_of(word, Letters::either);
  else if (has_time && (is_space_or_tab(after[0]) || after[0] == '/'))
    prefix.level = level_of(word, Letters::capitals);
}

// Removes a text in brackets. Sets prefix.level if it has a level.
bool take_bracket(std::string_view& text, Prefix& prefix) {
  if (!text.starts_with('[')) return false;
  const size_t close = text.substr(0, kMaxBracketBytes).find(']');
  if (close == std::string_view::npos) return false;
  const std::string_view inside = styled::skip(text.substr(1, close - 1));
  std::string_view after = styled::skip_styles(text.substr(close + 1));
  if (!after.empty() && !is_blank(after[0]) && after[0] != ':' && after[0] != '[') return false;
  read_bracket(inside, prefix);
  prefix.has_apache_time = is_apache_time(inside);
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

// Removes what may be between Go's time and a level: the place of the call, or the name of Datadog's tracer.
void take_go_source(std::string_view& text) {
  if (scan::take(text, "Datadog Tracer "))
    scan::take_word(text);
  else if (const std::string_view word = styled::word(text); is_go_place(word))
    text = styled::skip(text.substr(word.size()));
}

// Returns the level in text, which follows a time or brackets.
std::string_view level_after(const Prefix& prefix, std::string_view text) {
  if (prefix.has_time) {
    for (const char separator : {'|', '-'})
      if (take_separator(text, separator))
        if (const std::string_view level = level_in_fields(text, separator, Letters::either); !level.empty())
          return level;
    if (text.starts_with('|')) return level_in_columns(text);
    if (text.starts_with("main ")) text.remove_prefix(5);  // the thread, in log4j's own messages
  }
  const std::string_view word = styled::letters(text);
  const std::string_view after = styled::skip_styles(text.substr(word.size()));
  const bool is_before_colon =
      after.starts_with(':') && (after.size() == 1 || is_blank(after[1]) || prefix.ends_in_colon);
  if (begins_with_blank(after) || is_before_colon)
    if (const std::string_view level = level_of(word, Letters::capitals); !level.empty()) return level;
  if (is_before_colon && is_lowercase_level(word)) return word;
  if (prefix.has_time_in_bracket) {
    if (text.starts_with("PHP ")) return says_crash(text) ? "ERROR" : runtime_message_level(text);
    if (const std::string_view level = level_of_channel(text); !level.empty()) return level;
  }
  if (!prefix.has_time) return {};
  if (after.starts_with(':')) return dotnet_console_level(word, after);
  if (begins_with_blank(after)) {
    if (const std::string_view level = level_before_go_place(text); !level.empty()) return level;
    return prefix.has_offset ? level_before_label(text) : std::string_view();
  }
  return level_after_dotted_name(text);
}

}  // namespace

LoggerLevel read_logger_prefix(std::string_view text) {
  Prefix prefix;
  if (const size_t size = go_time_size(text)) {
    prefix.has_time = true;
    text = styled::skip(text.substr(size));
    if (styled::begins_as_prose(text)) return {};
    take_go_source(text);
  }
  for (int parts = 0; parts < kMaxParts; ++parts) {
    if (const size_t size = logger_time_size(text)) {
      set_time(text.substr(0, size), prefix);
      text = styled::skip(text.substr(size));
    } else if (!take_bracket(text, prefix)) {
      break;
    } else if (!prefix.level.empty()) {
      return {prefix.level, prefix.timestamp};
    }
  }
  if (text.empty() || !(prefix.has_time || prefix.has_bracket)) return {};
  return {level_after(prefix, text), prefix.timestamp};
}

}  // namespace penstock::logs::grammar
