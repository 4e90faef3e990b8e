// The lines of Lambda itself in text mode: START, END, REPORT, INIT_START and their kin, and how a function ended.
#include <algorithm>
#include <array>

#include "core/base/json.h"
#include "core/logs/iso_timestamp.h"
#include "core/logs/lambda_line.h"
#include "core/logs/scan.h"

namespace penstock {

namespace {

// The fields of a line stand in its first part; what is longer is text of somebody else.
constexpr size_t kMaxFieldsBytes = 2048;

struct Key {
  std::string_view name;
  LambdaField field;
};

constexpr std::array kKeys = {
    Key{"RequestId", LambdaField::request_id},
    Key{"Version", LambdaField::version},
    Key{"Duration", LambdaField::duration_ms},
    Key{"Billed Duration", LambdaField::billed_duration_ms},
    Key{"Memory Size", LambdaField::memory_size_mb},
    Key{"Max Memory Used", LambdaField::max_memory_used_mb},
    Key{"Init Duration", LambdaField::init_duration_ms},
    Key{"Restore Duration", LambdaField::restore_duration_ms},
    Key{"Billed Restore Duration", LambdaField::billed_restore_duration_ms},
    Key{"Status", LambdaField::status},
    Key{"Error Type", LambdaField::error_type},
    Key{"Phase", LambdaField::phase},
    Key{"Runtime Version", LambdaField::runtime_version},
    Key{"Runtime Version ARN", LambdaField::runtime_version_arn},
    Key{"Name", LambdaField::extension_name},
    Key{"State", LambdaField::extension_state},
    Key{"TenantId", LambdaField::tenant_id},
    Key{"TraceId", LambdaField::xray_trace_id},
    Key{"XRAY TraceId", LambdaField::xray_trace_id},
    Key{"SegmentId", LambdaField::xray_segment_id},
    Key{"Sampled", LambdaField::xray_sampled},
};

bool is_unit(std::string_view word) { return word == "ms" || word == "MB" || word == "seconds"; }

// The value at the beginning of text, up to the end of its column: text holds no tab and no line end. Where blanks
// stand for tabs, the next key follows on, and the value is one word, or one bracketed list.
std::string_view take_value(std::string_view& text) {
  const bool more_keys = text.find(": ") != std::string_view::npos || text.ends_with(':');
  if (!more_keys && !(!text.empty() && scan::is_digit(text[0]))) {
    const std::string_view value = scan::trim(text);
    text = {};
    return value;
  }
  const size_t list_end = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  const std::string_view value =
      list_end != std::string_view::npos ? text.substr(0, list_end + 1) : scan::word(text);
  if (value.ends_with(':')) return {};  // the next key: the value is missing
  text = scan::trim_front(text.substr(value.size()));
  if (is_unit(scan::word(text))) scan::take_word(text);
  return value;
}

// Takes a column and the tab or line end behind it.
std::string_view take_column(std::string_view& text) {
  const std::string_view column = scan::column(text);
  text.remove_prefix(std::min(column.size() + 1, text.size()));
  return column;
}

void set_field(std::string_view name, std::string_view value, LambdaLine& line) {
  for (const Key& key : kKeys)
    if (key.name == name) return line.set(key.field, value);
}

// Reads "key: value unit" pairs, separated by tabs, line ends or blanks, in any order; others are passed over.
void read_fields(std::string_view text, LambdaLine& line) {
  text = text.substr(0, kMaxFieldsBytes);
  while (!text.empty()) {
    std::string_view column = take_column(text);
    size_t colon;
    while ((colon = column.find(':')) != std::string_view::npos) {
      const std::string_view name = scan::trim(column.substr(0, colon));
      column = scan::trim_front(column.substr(colon + 1));
      // There may be a tab between key and value, too.
      const bool is_missing = column.empty() && scan::column(text).find(':') == std::string_view::npos;
      if (is_missing) column = scan::trim_front(take_column(text));
      set_field(name, take_value(column), line);
    }
  }
}

// Keyword lines: the keyword, blanks, and a key that shows that it is no prose.
struct Keyword {
  std::string_view word;
  std::string_view first_key;  // empty: any
  LambdaEvent event;
};

constexpr std::array kKeywords = {
    Keyword{"START", "RequestId:", LambdaEvent::start},
    Keyword{"END", "RequestId:", LambdaEvent::end},
    Keyword{"REPORT", "RequestId:", LambdaEvent::report},
    Keyword{"INIT_START", "Runtime Version:", LambdaEvent::init_start},
    Keyword{"INIT_REPORT", "", LambdaEvent::init_report},
    Keyword{"RESTORE_START", "Runtime Version:", LambdaEvent::restore_start},
    Keyword{"RESTORE_REPORT", "", LambdaEvent::restore_report},
    Keyword{"EXTENSION", "Name:", LambdaEvent::extension},
    Keyword{"TELEMETRY", "Name:", LambdaEvent::telemetry},
    Keyword{"LOGS", "Name:", LambdaEvent::logs},
    Keyword{"XRAY", "TraceId:", LambdaEvent::xray},
};

bool read_keyword_line(std::string_view message, LambdaLine& line) {
  for (const Keyword& keyword : kKeywords) {
    if (!message.starts_with(keyword.word)) continue;
    const std::string_view behind = message.substr(keyword.word.size());
    const std::string_view fields = scan::trim_front(behind);
    if (fields.size() == behind.size() || !fields.starts_with(keyword.first_key)) continue;
    // The whole of START and its like is one line, what follows it is not its own. A report may have two.
    read_fields(keyword.event == LambdaEvent::report ? fields : scan::first_line(fields), line);
    if (keyword.first_key.empty() && !line.says_anything()) return false;
    line.event = keyword.event;
    line.failed = is_failure(line[LambdaField::status]);
    return true;
  }
  return false;
}

// "Task timed out after 3.00 seconds", and nothing behind it.
bool read_timeout(std::string_view text, LambdaLine& line) {
  if (!scan::take(text, "Task timed out after ")) return false;
  const std::string_view seconds = scan::take_word(text);
  if (!is_json_number(seconds) || scan::trim(text) != "seconds") return false;
  line.event = LambdaEvent::timeout;
  line.failed = true;
  line.set(LambdaField::timeout_seconds, seconds);
  return true;
}

// The name of an error on a line of its own behind the first, or in brackets at its end.
std::string_view error_type_of(std::string_view text) {
  const std::string_view first = scan::first_line(text);
  const std::string_view second = scan::first_line(scan::trim(text.substr(first.size())));
  if (scan::is_name(second)) return second;
  const size_t bracket = first.rfind(" [");
  if (bracket == std::string_view::npos || !first.ends_with(']')) return {};
  const std::string_view name = first.substr(bracket + 2, first.size() - bracket - 3);
  return scan::is_name(name) ? name : std::string_view();
}

void set_failure(LambdaEvent event, std::string_view error_type, LambdaLine& line) {
  line.event = event;
  line.failed = true;
  line.set(LambdaField::error_type, error_type);
}

// "RequestId: <id> Error: Runtime exited ..." and its like.
bool read_fault(std::string_view message, LambdaLine& line) {
  std::string_view text = message;
  std::string_view request_id;
  if (scan::take(text, "RequestId:")) request_id = scan::take_word(text);
  const bool is_error = !request_id.empty() && scan::take(text, "Error:");
  if (is_error && read_timeout(text, line)) {
    // All is set.
  } else if (text.starts_with("Runtime exited with") ||
             text.starts_with("Process exited before completing request")) {
    set_failure(LambdaEvent::exit, error_type_of(text), line);
  } else if (is_error || text.starts_with("Unknown application error occurred")) {
    set_failure(LambdaEvent::error, error_type_of(text), line);
  } else {
    return false;
  }
  line.set(LambdaField::request_id, request_id);
  return true;
}

// "<ISO>Z <id> Task timed out after 3.00 seconds"
bool read_timeout_line(std::string_view message, LambdaLine& line) {
  std::string_view text = message;
  const std::string_view timestamp = scan::take_word(text);
  const std::string_view request_id = scan::take_word(text);
  if (iso_timestamp_size(timestamp) != timestamp.size() || !read_timeout(text, line)) return false;
  line.timestamp = timestamp;
  line.set(LambdaField::request_id, request_id);
  return true;
}

}  // namespace

bool is_failure(std::string_view status) {
  return status == "error" || status == "timeout" || status == "failure";
}

bool read_system_line(std::string_view message, LambdaLine& line) {
  if (message.empty()) return false;
  switch (message[0]) {
    case 'S':
    case 'E':
    case 'I':
    case 'T':
    case 'L':
    case 'X':
      return read_keyword_line(message, line);
    case 'R':
      return read_keyword_line(message, line) || read_fault(message, line);
    case 'P':
    case 'U':
      return read_fault(message, line);
    default:
      return scan::is_digit(message[0]) && message.size() < 128 && read_timeout_line(message, line);
  }
}

}  // namespace penstock
