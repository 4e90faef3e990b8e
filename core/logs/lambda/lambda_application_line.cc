// Columns that the runtimes write before the application's text: time, level and request id.
#include <array>
#include <cstring>

#include "base/scan.h"
#include "core/logs/lambda/iso_timestamp.h"
#include "core/logs/lambda/lambda_grammar.h"
#include "core/logs/lambda/styled_text.h"

namespace penstock::logs::grammar {

namespace {

struct Level {
  std::string_view written;
  std::string_view level;
};

// Returns the level that a runtime means by a word of `size` letters; empty if unknown.
template <size_t size, size_t count>
std::string_view find_level(const char* word, const std::array<Level, count>& levels) {
  for (const Level& level : levels)
    if (std::memcmp(word, level.written.data(), size) == 0) return level.level;
  return {};
}

// Levels that loggers write in brackets, in letters of either case.
constexpr std::array<std::string_view, 12> kBracketLevels = {"INFO",   "ERROR",       "WARN",  "WARNING",
                                                             "DEBUG",  "TRACE",       "FATAL", "CRITICAL",
                                                             "SEVERE", "INFORMATION", "FINE",  "VERBOSE"};

bool has_control(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') return true;
  return false;
}

bool is_bracket_level(std::string_view word) {
  for (const std::string_view level : kBracketLevels)
    if (equal_without_case(word, level)) return true;
  return false;
}

// The first column after a timestamp, and the text after it and its blanks.
struct RequestColumn {
  std::string_view id;
  std::string_view after;
  bool is_uuid;
  bool is_empty;  // between two tabs
  bool has_tabs;  // tabs on both sides, or a tab before and the end of the text after
};

RequestColumn read_request_column(std::string_view text) {
  constexpr size_t kUuidSize = 36;
  if (text.starts_with("\t\t")) return {{}, scan::trim_front(text), false, true, true};
  const std::string_view rest = scan::trim_front(text);
  const std::string_view first = rest.substr(0, kUuidSize);
  const bool is_uuid = scan::is_uuid(first) && (rest.size() == kUuidSize || is_blank(rest[kUuidSize]));
  const std::string_view id = is_uuid ? first : scan::word(rest);
  const std::string_view after = rest.substr(id.size());
  const bool has_tabs = text.starts_with('\t') && (after.empty() || after[0] == '\t');
  return {id, scan::trim_front(after), is_uuid, false, has_tabs};
}

// Removes the column from text, which follows a timestamp. Only an empty column between two tabs is recognized; if
// blanks replace the tabs, it leaves no trace. Returns true if there was a column, perhaps empty.
bool take_request_id(const RequestColumn& column, std::string_view& text, LambdaLine& line) {
  const bool is_none = column.id == "n/a";  // LLRT's outside a request
  if (!column.is_uuid && !column.is_empty && column.id != "undefined" &&
      !((is_none || is_request_id(column.id)) &&
        (column.has_tabs || !runtime_level(scan::word(column.after)).empty())))
    return false;
  if (!is_none) line.set(LambdaField::request_id, column.id);
  text = column.after;
  return true;
}

// Removes and returns the column of the level. .NET's level names are also words of prose, so if tabs separate the
// columns, a tab must follow.
std::string_view take_level(std::string_view& text, bool by_tab, LambdaLine& line) {
  const std::string_view word = scan::word(text);
  const std::string_view after = text.substr(word.size());
  if (by_tab && after.starts_with(' ') && word[0] >= 'a') return {};
  line.level = runtime_level(word);
  if (!line.level.empty()) text = after;
  return word;
}

// Node.js and .NET: <ISO>Z <id> <level> <message>, where the id or the level may be missing. The whole text is the
// message if it has neither, and for <ISO>Z <id> Task timed out after 3.00 seconds.
void read_timestamp_line(std::string_view text, size_t timestamp_size, LambdaLine& line) {
  std::string_view rest = text.substr(timestamp_size);
  if (!rest.empty() && !is_space_or_tab(rest[0])) return;
  line.timestamp = text.substr(0, timestamp_size);
  const RequestColumn column = read_request_column(rest);
  if (column.after.starts_with('T') && read_timeout(column.after, line))
    return line.set(LambdaField::request_id, column.id);
  const bool by_tab = rest.starts_with('\t');
  const bool has_id = take_request_id(column, rest, line);
  rest = scan::trim_front(rest);
  const std::string_view level = take_level(rest, by_tab, line);
  if (line.level.empty() && !has_id) return look_for_logger_level(text, line);
  line.message = trim(rest);
  line.returns_are_line_ends = true;
  line.message_may_be_the_record = line.message.starts_with('{');
  look_for_node_error(line.message, line);
  if (level == "fail") look_for_dotnet_error(line.message, line);
  if (!by_tab && !has_id) look_for_request_id(line.message, line);  // Rust's tracing
}

// Python: [LEVEL] <ISO>Z <id> <message>, where LEVEL may be any text. after: the text after the bracket.
bool read_python_line(std::string_view level, std::string_view after, LambdaLine& line) {
  std::string_view rest = scan::trim_front(after);
  const size_t timestamp_size = iso_timestamp_size(rest);
  if (timestamp_size == 0) return false;
  const std::string_view timestamp = rest.substr(0, timestamp_size);
  rest.remove_prefix(timestamp_size);
  if (!rest.empty() && !is_blank(rest[0])) return false;
  const bool has_id = take_request_id(read_request_column(rest), rest, line);
  const bool is_level =
      after.starts_with('\t') || has_id || is_bracket_level(level) || level.starts_with("Level ");
  if (!is_level) return false;
  line.timestamp = timestamp;
  // The runtime's formatter has "%(msecs)d": bootstrap.py in
  // https://github.com/aws/aws-lambda-python-runtime-interface-client.
  line.timestamp_fraction = SecondsFraction::milliseconds;
  line.level = level;
  line.message = trim(rest);
  line.returns_are_line_ends = true;
  return true;
}

// Reads Python's lines, and [LEVEL] <message> of other loggers.
void read_bracket_line(std::string_view text, LambdaLine& line) {
  constexpr size_t kMaxLevelBytes = 40;
  const size_t close = text.substr(0, kMaxLevelBytes).find(']');
  if (close == std::string_view::npos) return;
  const std::string_view level = trim(text.substr(1, close - 1));  // log4j pads it
  const std::string_view after = text.substr(close + 1);
  if (level.empty() || has_control(level) || (!after.empty() && !is_blank(after[0]))) return;
  if (read_python_line(level, after, line) || !is_bracket_level(level)) return;
  std::string_view rest = scan::trim_front(after);
  scan::take(rest, "- ");  // PowerShell's
  line.level = level;
  line.message = trim(rest);
  if (level == "ERROR") look_for_python_error(line.message, line);
}

// Ruby: I, [<ISO> #<pid>]  INFO <id> -- <program>: <message>
bool read_ruby_line(std::string_view text, LambdaLine& line) {
  constexpr std::string_view kInitials = "DIWEFA";
  if (kInitials.find(text[0]) == std::string_view::npos || !text.substr(1).starts_with(", [")) return false;
  std::string_view rest = text.substr(4);
  const size_t timestamp_size = iso_timestamp_size(rest, Zone::none);
  if (timestamp_size == 0) return false;
  const std::string_view timestamp = rest.substr(0, timestamp_size);
  rest.remove_prefix(timestamp_size);
  if (!rest.starts_with(" #")) return false;
  rest.remove_prefix(2);
  while (!rest.empty() && is_digit(rest[0])) rest.remove_prefix(1);
  if (rest.size() < 2 || !is_space_or_tab(rest[1]) || !scan::take(rest, "]")) return false;
  const std::string_view level = scan::take_word(rest);
  if (runtime_level(level).empty() && level != "ANY") return false;
  const std::string_view request_id = rest.starts_with("--") ? std::string_view() : scan::take_word(rest);
  if ((!request_id.empty() && !is_request_id(request_id)) || !scan::take(rest, "--")) return false;
  scan::take(rest, ":");  // if the program has no name
  line.set(LambdaField::request_id, request_id);
  line.timestamp = timestamp;
  line.level = level;
  line.message = trim(rest);
  return true;
}

// Returns the size of yyyy-MM-dd HH:mm:ss at the beginning of text, perhaps with decimals, or 0.
size_t log4j_time_size(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00 00:00:00";
  if (text.size() <= kShape.size()) return 0;
  for (const size_t from : {size_t{0}, kShape.size() - kBlockBytes})
    if (!scan::has_shape_of_block(text.data() + from, kShape.data() + from)) return 0;
  size_t at = kShape.size();
  if (text[at] == '.' || text[at] == ',') ++at;
  while (at < text.size() && is_digit(text[at])) ++at;
  return at < text.size() && is_space_or_tab(text[at]) ? at : 0;
}

// log4j2 for Lambda: yyyy-MM-dd HH:mm:ss <id> LEVEL <class>:<line> - <message>, where the time may be missing or,
// during initialization, the id. log4j 1.2 wrote the id in angle brackets. The time has no zone, so the record
// gets the event's time.
bool read_log4j_line(std::string_view text, LambdaLine& line) {
  const size_t time_size = log4j_time_size(text);
  std::string_view rest = scan::trim_front(text.substr(time_size));
  std::string_view request_id = scan::word(rest);
  if (time_size != 0 && request_id.starts_with('<') && request_id.ends_with('>'))
    request_id = request_id.substr(1, request_id.size() - 2);
  if (scan::is_uuid(request_id))
    scan::take_word(rest);
  else if (time_size == 0)
    return false;
  else
    request_id = {};
  const std::string_view level = runtime_level(scan::take_word(rest));
  if (level.empty()) return false;
  line.set(LambdaField::request_id, request_id);
  line.level = level;
  line.message = trim(rest);
  return true;
}

bool may_begin_log4j_line(std::string_view text) {
  constexpr size_t kDashes = 8;  // index of a UUID's first dash, and of a date's dash after its two-digit month
  return text.size() > 19 && (text[4] == '-' || text[kDashes] == '-') && (is_digit(text[0]) || is_letter(text[0]));
}

}  // namespace

// Sorted by size for speed. .NET's four letters: ConsoleLoggerWriter in https://github.com/aws/aws-lambda-dotnet.
std::string_view runtime_level(std::string_view word) {
  static constexpr std::array k4 = {Level{"INFO", "INFO"},  Level{"WARN", "WARN"},    Level{"info", "INFO"},
                                    Level{"warn", "WARN"},  Level{"fail", "ERROR"},   Level{"dbug", "DEBUG"},
                                    Level{"trce", "TRACE"}, Level{"crit", "CRITICAL"}};
  static constexpr std::array k5 = {Level{"ERROR", "ERROR"}, Level{"DEBUG", "DEBUG"}, Level{"TRACE", "TRACE"},
                                    Level{"FATAL", "FATAL"}};
  static constexpr std::array k7 = {Level{"WARNING", "WARNING"}};
  static constexpr std::array k8 = {Level{"CRITICAL", "CRITICAL"}};
  switch (word.size()) {
    case 4:
      return find_level<4>(word.data(), k4);
    case 5:
      return find_level<5>(word.data(), k5);
    case 7:
      return find_level<7>(word.data(), k7);
    case 8:
      return find_level<8>(word.data(), k8);
    default:
      return {};
  }
}

bool is_request_id(std::string_view text) {
  constexpr size_t kMaxIdBytes = 128;
  if (text.size() > kMaxIdBytes) return false;
  bool has_digit = false;
  for (const char c : text) {
    if (!is_digit(c) && !is_letter(c) && c != '-' && c != '_') return false;
    has_digit = has_digit || is_digit(c);
  }
  return has_digit;
}

void read_application_line(std::string_view text, LambdaLine& line) {
  if (text[0] == '[') {
    read_bracket_line(text, line);
    if (line.level.empty()) look_for_logger_level(text, line);
    return;
  }
  if (is_digit(text[0])) {
    if (const size_t timestamp_size = iso_timestamp_size(text); timestamp_size != 0)
      return read_timestamp_line(text, timestamp_size, line);
  }
  if (styled::begins_as_prose(text)) {
    line.failed = says_crash(text);  // "fatal error: ..."
    return line.failed ? void() : look_for_trace(text, line);
  }
  if (may_begin_log4j_line(text) && read_log4j_line(text, line)) return;
  if (read_ruby_line(text, line)) return;
  look_for_other_error(text, line);
  if (line.failed || !line.level.empty()) return;
  look_for_logger_level(text, line);
  if (line.level.empty()) look_for_trace(text, line);
}

}  // namespace penstock::logs::grammar
