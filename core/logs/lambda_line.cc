#include "core/logs/lambda_line.h"

#include "core/base/json.h"
#include "core/logs/iso_timestamp.h"
#include "core/logs/scan.h"

namespace penstock {

namespace {

constexpr std::string_view kUndefined = "undefined";  // Node's request id while there is no request

struct Level {
  std::string_view written;
  std::string_view level;
};

// The levels of runtimes. .NET's four letters: https://github.com/aws/aws-lambda-dotnet, ConsoleLoggerWriter.
constexpr std::array kLevels = {
    Level{"INFO", "INFO"},   Level{"ERROR", "ERROR"},   Level{"WARN", "WARN"},       Level{"DEBUG", "DEBUG"},
    Level{"TRACE", "TRACE"}, Level{"FATAL", "FATAL"},   Level{"WARNING", "WARNING"}, Level{"CRITICAL", "CRITICAL"},
    Level{"info", "INFO"},   Level{"fail", "ERROR"},    Level{"warn", "WARN"},       Level{"dbug", "DEBUG"},
    Level{"trce", "TRACE"},  Level{"crit", "CRITICAL"},
};

// Levels that loggers write in brackets, in letters of any size.
constexpr std::array<std::string_view, 12> kBracketLevels = {"INFO",   "ERROR",       "WARN",  "WARNING",
                                                             "DEBUG",  "TRACE",       "FATAL", "CRITICAL",
                                                             "SEVERE", "INFORMATION", "FINE",  "VERBOSE"};

std::string_view level_of(std::string_view word) {
  for (const Level& level : kLevels)
    if (level.written == word) return level.level;
  return {};
}

bool equal_without_case(std::string_view text, std::string_view capitals) {
  if (text.size() != capitals.size()) return false;
  for (size_t index = 0; index < text.size(); ++index) {
    const char c = text[index];
    if ((c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) != capitals[index]) return false;
  }
  return true;
}

bool is_bracket_level(std::string_view word) {
  for (const std::string_view level : kBracketLevels)
    if (equal_without_case(word, level)) return true;
  return false;
}

// By byte: a digit or a letter.
constexpr std::array<bool, 256> kAlphanumeric = [] {
  std::array<bool, 256> table = {};
  for (size_t byte = 0; byte < 128; ++byte)
    table[byte] = scan::is_digit(static_cast<char>(byte)) || scan::is_letter(static_cast<char>(byte));
  return table;
}();

// Asked of every line: without a branch for each byte.
bool is_uuid(std::string_view text) {
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != kShape.size()) return false;
  bool same = true;
  for (size_t index = 0; index < kShape.size(); ++index)
    same &= kShape[index] == '-' ? text[index] == '-' : kAlphanumeric[static_cast<uint8_t>(text[index])];
  return same;
}

// What may be the id of a request where a column says so: emulators do not use UUIDs.
bool is_id(std::string_view text) {
  bool has_digit = false;
  for (const char c : text) {
    if (!scan::is_digit(c) && !scan::is_letter(c) && c != '-' && c != '_') return false;
    has_digit = has_digit || scan::is_digit(c);
  }
  return has_digit && text.size() <= 128;
}

// Takes the column of the request id from what stands behind a timestamp. An empty column shows between two tabs
// only; blanks in place of tabs leave nothing of it. true: there was one, perhaps empty.
bool take_request_id(std::string_view& text, LambdaLine& line) {
  const bool by_tab = text.starts_with('\t');
  if (text.starts_with("\t\t")) {
    text = scan::trim_front(text);
    return true;
  }
  std::string_view rest = scan::trim_front(text);
  const std::string_view id = scan::word(rest);
  rest.remove_prefix(id.size());
  const bool tab_behind = rest.empty() || rest[0] == '\t';
  rest = scan::trim_front(rest);
  if (!is_uuid(id) && id != kUndefined &&
      !(is_id(id) && ((by_tab && tab_behind) || !level_of(scan::word(rest)).empty())))
    return false;
  line.set(LambdaField::request_id, id);
  text = rest;
  return true;
}

// The value of a string member in text that looks like JSON: good enough for the names that runtimes put there.
std::string_view name_member(std::string_view text, std::string_view quoted_name) {
  const size_t found = text.find(quoted_name);
  if (found == std::string_view::npos) return {};
  std::string_view value = scan::trim_front(text.substr(found + quoted_name.size()));
  if (!scan::take(value, ":") || !scan::take(value, "\"")) return {};
  value = value.substr(0, value.find('"'));
  return scan::is_name(value) ? value : std::string_view();
}

void set_unhandled(LambdaLine& line, std::string_view error_type) {
  line.event = LambdaEvent::error;
  line.failed = true;
  line.set(LambdaField::error_type, error_type);
}

// What the Node runtime writes where nobody catches: prose, a tab and the error as JSON.
void look_for_unhandled_node_error(LambdaLine& line) {
  for (const std::string_view prose : {"Uncaught Exception", "Unhandled Promise Rejection", "Invoke Error"}) {
    if (!line.message.starts_with(prose)) continue;
    const std::string_view rest = scan::trim_front(line.message.substr(prose.size()));
    if (rest.starts_with('{')) set_unhandled(line, name_member(rest.substr(0, 512), "\"errorType\""));
    return;
  }
}

// Node.js and .NET: <ISO>Z <id> <level> <message>, where id or level may be missing. A line that begins with a
// timestamp and has neither keeps its text whole.
void read_timestamp_line(std::string_view text, size_t timestamp_size, LambdaLine& line) {
  std::string_view rest = text.substr(timestamp_size);
  if (!rest.empty() && !scan::is_space_or_tab(rest[0])) return;
  line.timestamp = text.substr(0, timestamp_size);
  const bool has_id = take_request_id(rest, line);
  rest = scan::trim_front(rest);
  const std::string_view level_word = scan::word(rest);
  line.level = level_of(level_word);
  if (line.level.empty() && !has_id) return;
  if (!line.level.empty()) rest.remove_prefix(level_word.size());
  line.message = scan::trim(rest);
  line.returns_are_line_ends = true;
  line.message_may_be_the_record = line.message.starts_with('{');
  look_for_unhandled_node_error(line);
}

// Python's "Type: text", or "Type" alone before a traceback.
void look_for_unhandled_python_error(std::string_view text, LambdaLine& line) {
  const size_t size = scan::name_size(text);
  if (size == 0) return;
  const std::string_view rest = text.substr(size);
  const bool has_text = rest.starts_with(':') && (rest.size() == 1 || scan::is_blank(rest[1]));
  const bool has_traceback = !rest.empty() && (rest[0] == '\n' || rest[0] == '\r') &&
                             scan::trim(rest).starts_with("Traceback (most recent call last)");
  if (!has_text && !has_traceback) return;
  set_unhandled(line, text.substr(0, size));
  line.returns_are_line_ends = true;
}

// [LEVEL] <ISO>Z <id> <message> of Python, where LEVEL may be anything; [LEVEL] <message> of others.
void read_bracket_line(std::string_view text, LambdaLine& line) {
  constexpr size_t kMaxLevelBytes = 40;
  const size_t close = text.substr(0, kMaxLevelBytes).find(']');
  if (close == std::string_view::npos || close == 1) return;
  const std::string_view level = text.substr(1, close - 1);
  std::string_view rest = text.substr(close + 1);
  if (!rest.empty() && !scan::is_blank(rest[0])) return;
  rest = scan::trim_front(rest);
  if (const size_t timestamp_size = iso_timestamp_size(rest); timestamp_size != 0) {
    line.timestamp = rest.substr(0, timestamp_size);
    line.level = level;
    rest.remove_prefix(timestamp_size);
    take_request_id(rest, line);
    line.message = scan::trim(rest);
    line.returns_are_line_ends = true;
  } else if (is_bracket_level(level)) {
    line.level = level;
    scan::take(rest, "- ");  // PowerShell's
    line.message = scan::trim(rest);
    if (level == "ERROR") look_for_unhandled_python_error(line.message, line);
  }
}

// Ruby: I, [<ISO> #<pid>]  INFO <id> -- <program>: <message>
void read_ruby_line(std::string_view text, LambdaLine& line) {
  std::string_view rest = text.substr(4);
  const size_t timestamp_size = iso_timestamp_size(rest, Zone::none);
  if (timestamp_size == 0) return;
  const std::string_view timestamp = rest.substr(0, timestamp_size);
  rest.remove_prefix(timestamp_size);
  if (!rest.starts_with(" #")) return;
  rest.remove_prefix(2);
  while (!rest.empty() && scan::is_digit(rest[0])) rest.remove_prefix(1);
  if (!scan::take(rest, "]")) return;
  const std::string_view level = scan::take_word(rest);
  if (level_of(level).empty() && level != "ANY") return;
  if (!rest.starts_with("--")) line.set(LambdaField::request_id, scan::take_word(rest));
  if (!scan::take(rest, "--")) return line.unset(LambdaField::request_id);
  scan::take(rest, ":");  // where the program has no name
  line.timestamp = timestamp;
  line.level = level;
  line.message = scan::trim(rest);
}

// log4j2 for Lambda: yyyy-MM-dd HH:mm:ss <id> LEVEL <class>:<line> - <message>. The time has no zone, so the
// event's is used.
void read_log4j_line(std::string_view text, LambdaLine& line) {
  std::string_view rest = text;
  scan::take_word(rest);
  scan::take_word(rest);
  const std::string_view request_id = scan::take_word(rest);
  const std::string_view level = level_of(scan::take_word(rest));
  if (!is_uuid(request_id) || level.empty()) return;
  line.set(LambdaField::request_id, request_id);
  line.level = level;
  line.message = scan::trim(rest);
}

bool is_log4j_time(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00 00:00:00";
  if (text.size() <= kShape.size()) return false;
  for (size_t index = 0; index < kShape.size(); ++index)
    if (kShape[index] == '0' ? !scan::is_digit(text[index]) : text[index] != kShape[index]) return false;
  return true;
}

void read_application_line(std::string_view text, LambdaLine& line) {
  constexpr std::string_view kWarning = "LAMBDA_WARNING: ";
  if (scan::is_digit(text[0])) {
    if (const size_t timestamp_size = iso_timestamp_size(text); timestamp_size != 0)
      read_timestamp_line(text, timestamp_size, line);
    else if (is_log4j_time(text))
      read_log4j_line(text, line);
  } else if (text[0] == '[') {
    read_bracket_line(text, line);
  } else if (text.substr(1).starts_with(", [")) {
    read_ruby_line(text, line);
  } else if (text.starts_with(kWarning)) {
    line.level = "WARNING";
    line.returns_are_line_ends = true;
    if (text.substr(kWarning.size()).starts_with("Unhandled exception")) {
      line.level = {};
      set_unhandled(line, name_member(text.substr(0, 4096), "\"errorType\""));
    }
  }
}

}  // namespace

FieldKind kind_of(LambdaField field) {
  switch (field) {
    case LambdaField::duration_ms:
    case LambdaField::billed_duration_ms:
    case LambdaField::memory_size_mb:
    case LambdaField::max_memory_used_mb:
    case LambdaField::init_duration_ms:
    case LambdaField::restore_duration_ms:
    case LambdaField::billed_restore_duration_ms:
    case LambdaField::timeout_seconds:
      return FieldKind::number;
    case LambdaField::xray_sampled:
      return FieldKind::boolean;
    default:
      return FieldKind::text;
  }
}

void LambdaLine::set(LambdaField field, std::string_view value) {
  std::string_view& slot = fields_[static_cast<size_t>(field)];
  if (value.empty() || !slot.empty()) return;
  const FieldKind kind = kind_of(field);
  if (kind == FieldKind::number && !is_json_number(value)) return;
  if (kind == FieldKind::boolean && value != "true" && value != "false") return;
  if (field == LambdaField::request_id && value == kUndefined) return;
  slot = value;
}

bool LambdaLine::says_anything() const {
  if (event != LambdaEvent::none) return true;
  for (const std::string_view field : fields_)
    if (!field.empty()) return true;
  return false;
}

LambdaLine read_lambda_line(std::string_view message) {
  LambdaLine line;
  line.message = scan::trim(message);
  if (!line.message.empty() && !read_system_line(line.message, line)) read_application_line(line.message, line);
  return line;
}

}  // namespace penstock
