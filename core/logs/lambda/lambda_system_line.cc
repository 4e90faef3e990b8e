// The lines of Lambda itself in text mode: START, END, REPORT, INIT_START and similar lines.
#include <algorithm>
#include <array>
#include <cstring>

#include "base/scan.h"
#include "core/logs/lambda/lambda_grammar.h"

namespace penstock::logs::grammar {

namespace {

// A line's fields are in its first bytes. What is longer is some other text.
constexpr size_t kMaxFieldsBytes = 2048;
constexpr int kMaxKeys = 32;

struct Key {
  std::string_view name;
  LambdaField field;
};

// Sorted by the size of the name.
constexpr std::array kKeys = {
    Key{"Name", LambdaField::extension_name},
    Key{"Phase", LambdaField::phase},
    Key{"State", LambdaField::extension_state},
    Key{"Status", LambdaField::status},
    Key{"Version", LambdaField::version},
    Key{"TraceId", LambdaField::xray_trace_id},
    Key{"Sampled", LambdaField::xray_sampled},
    Key{"Duration", LambdaField::duration_ms},
    Key{"TenantId", LambdaField::tenant_id},
    Key{"RequestId", LambdaField::request_id},
    Key{"SegmentId", LambdaField::xray_segment_id},
    Key{"Error Type", LambdaField::error_type},
    Key{"Memory Size", LambdaField::memory_size_mb},
    Key{"XRAY TraceId", LambdaField::xray_trace_id},
    Key{"Init Duration", LambdaField::init_duration_ms},
    Key{"Billed Duration", LambdaField::billed_duration_ms},
    Key{"Max Memory Used", LambdaField::max_memory_used_mb},
    Key{"Runtime Version", LambdaField::runtime_version},
    Key{"Restore Duration", LambdaField::restore_duration_ms},
    Key{"Runtime Version ARN", LambdaField::runtime_version_arn},
    Key{"Billed Restore Duration", LambdaField::billed_restore_duration_ms},
};
constexpr size_t kMaxKeyBytes = kKeys.back().name.size();

// For each size, the number of keys with shorter names: the index in kKeys of the first key of that size.
constexpr auto kShorterKeys = [] {
  std::array<size_t, kMaxKeyBytes + 2> shorter = {};
  for (size_t size = 0; size < shorter.size(); ++size)
    for (const Key& key : kKeys) shorter[size] += key.name.size() < size ? 1 : 0;
  return shorter;
}();
static_assert(std::is_sorted(kKeys.begin(), kKeys.end(),
                             [](const Key& a, const Key& b) { return a.name.size() < b.name.size(); }));

const Key* find_key(std::string_view name) {
  if (name.size() > kMaxKeyBytes) return nullptr;
  for (size_t index = kShorterKeys[name.size()]; index < kShorterKeys[name.size() + 1]; ++index)
    if (scan::equal(kKeys[index].name, name)) return &kKeys[index];
  return nullptr;
}

bool is_unit(std::string_view word) { return word == "ms" || word == "MB" || word == "seconds"; }

// A column ends at a line end or a tab. Some stores hold the text with escapes in place of these: \t and \n.
bool ends_column(char c) { return c == '\t' || c == '\n' || c == '\r' || c == '\\'; }

std::string_view column_of(std::string_view text) {
  const auto may_end = [](uint64_t bytes) {
    return scan::any_below(bytes, '\r' + 1) | scan::any_equal(bytes, '\\');
  };
  return text.substr(0, scan::find_end(text, may_end, ends_column));
}

// Removes and returns a column, and removes the separator after it.
std::string_view take_column(std::string_view& text) {
  const std::string_view column = column_of(text);
  const bool is_escape = column.size() < text.size() && text[column.size()] == '\\';
  text.remove_prefix(std::min(column.size() + (is_escape ? 2 : 1), text.size()));
  return column;
}

// Returns the word at the beginning of a column, or a text in brackets there.
std::string_view word_or_bracketed(std::string_view column) {
  constexpr size_t kMaxBracketedBytes = 64;
  const std::string_view beginning = column.substr(0, kMaxBracketedBytes);
  const size_t close = column.starts_with('[')   ? beginning.find(']')
                       : column.starts_with('<') ? beginning.find('>')
                                                 : std::string_view::npos;
  return close != std::string_view::npos ? column.substr(0, close + 1) : scan::word(column);
}

// Returns the position of the first colon that ends a key: one followed by a blank or by nothing.
size_t find_colon(std::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    at += scan::find_byte(text.substr(at), ':');
    if (at + 1 == text.size() || (at < text.size() && text[at + 1] == ' ')) return at;
  }
  return std::string_view::npos;
}

// Removes and returns the value at the beginning of the rest of a column. If blanks replace tabs, more keys follow
// in it, and the value is one word, or missing.
std::string_view take_value(const Key* key, std::string_view& column) {
  const size_t next_colon = find_colon(column);
  const bool more_keys = next_colon != std::string_view::npos;
  if (key != nullptr && key->field == LambdaField::extension_name && more_keys) {
    // The name of a file, which may contain blanks. The key after it is known.
    const size_t end = std::min(column.find(" State:"), column.size());
    const std::string_view name = trim(column.substr(0, end));
    column = scan::trim_front(column.substr(end));
    return name;
  }
  const bool is_word =
      (key != nullptr && key->field == LambdaField::request_id) || (!column.empty() && is_digit(column[0]));
  if (!more_keys && !is_word) {
    const std::string_view value = trim(column);
    column = {};
    return value;
  }
  if (more_keys && find_key(column.substr(0, next_colon)) != nullptr) return {};
  const std::string_view value = word_or_bracketed(column);
  if (value.ends_with(':')) return {};
  column = scan::trim_front(column.substr(value.size()));
  if (is_unit(scan::word(column))) scan::take_word(column);
  return value;
}

// The unit may directly follow its number.
std::string_view without_unit(std::string_view value) {
  if (value.ends_with("ms") || value.ends_with("MB")) value.remove_suffix(2);
  return value;
}

void set_field(const Key* key, std::string_view value, LambdaLine& line) {
  if (key != nullptr) line.set(key->field, kind_of(key->field) == FieldKind::number ? without_unit(value) : value);
}

// Reads a column exactly as Lambda writes the numbers of reports, "Duration: 3.57 ms" and a tab or the end.
// Returns false, with nothing changed, for any other form. For the columns that it accepts, take_column and
// take_value give the same result.
bool take_written_number(std::string_view& text, LambdaLine& line) {
  constexpr size_t kMaxColumnBytes = 64;  // more than a duration of centuries needs
  const std::string_view beginning = text.substr(0, kMaxColumnBytes);
  const size_t colon = scan::find_byte(beginning.substr(0, kMaxKeyBytes + 1), ':');
  const Key* const key = find_key(beginning.substr(0, colon));
  if (key == nullptr || kind_of(key->field) != FieldKind::number) return false;
  size_t at = colon + 1;
  if (at >= beginning.size() || beginning[at] != ' ') return false;
  const size_t value = ++at;
  while (at < beginning.size() && (is_digit(beginning[at]) || beginning[at] == '.')) ++at;
  const size_t value_end = at;
  if (at == value || !is_digit(beginning[value]) || at + 3 > beginning.size()) return false;
  if (std::memcmp(&beginning[at], " ms", 3) != 0 && std::memcmp(&beginning[at], " MB", 3) != 0) return false;
  at += 3;
  if (at == text.size())
    text = {};
  else if (at < beginning.size() && beginning[at] == '\t')
    text.remove_prefix(at + 1);
  else
    return false;
  line.set(key->field, beginning.substr(value, value_end - value));
  return true;
}

// Reads "key: value unit" pairs in any order, separated by tabs, line ends or blanks. Skips unknown keys. keys:
// the number of keys of the line that are already read.
void read_fields(std::string_view text, int keys, LambdaLine& line) {
  text = text.substr(0, kMaxFieldsBytes);
  while (!text.empty()) {
    if (keys < kMaxKeys && take_written_number(text, line)) {
      ++keys;
      continue;
    }
    std::string_view column = take_column(text);
    for (size_t colon; (colon = find_colon(column)) != std::string_view::npos;) {
      if (++keys > kMaxKeys) return;
      const Key* const key = find_key(trim(column.substr(0, colon)));
      column = scan::trim_front(column.substr(colon + 1));
      // There may also be a tab between key and value.
      if (column.empty() && find_colon(column_of(text)) == std::string_view::npos)
        column = scan::trim_front(take_column(text));
      set_field(key, take_value(key, column), line);
    }
  }
}

// Returns whether text begins with a key: capitalized words, then a colon.
bool begins_with_key(std::string_view text) {
  constexpr size_t kMaxBytes = 40;
  const size_t colon = text.substr(0, kMaxBytes).find(':');
  if (colon == std::string_view::npos) return false;
  bool at_word = true;
  for (const char c : text.substr(0, colon)) {
    if (c != ' ' && !is_letter(c)) return false;
    if (at_word && (c < 'A' || c > 'Z')) return false;
    at_word = c == ' ';
  }
  return colon > 0;
}

// Returns whether the text after "RequestId:" is an id or nothing, followed by the end of a column or another key.
// A sentence is not.
bool is_request_id_and_keys(std::string_view text) {
  text = text.substr(0, kMaxFieldsBytes);
  std::string_view column = take_column(text);
  if (trim(column).empty()) column = column_of(text);  // a tab is between key and value
  column = trim(column);
  if (begins_with_key(column)) return true;
  const std::string_view after = scan::trim_front(column.substr(word_or_bracketed(column).size()));
  return after.empty() || begins_with_key(after) || after.starts_with("Task timed out after ");
}

// A keyword line: the keyword, blanks, and a key that distinguishes it from prose.
struct Keyword {
  std::string_view word;
  std::string_view first_key;  // empty: any
  LambdaEvent event;
};

// Reads START, END and the first column of REPORT exactly as Lambda writes them, "RequestId: <uuid>", and removes
// what it reads from fields. Returns false, with nothing changed, for any other form.
bool take_written_request_id(LambdaEvent event, std::string_view& fields, LambdaLine& line) {
  constexpr size_t kUuidSize = 36;
  constexpr size_t kIdAt = kRequestId.size() + 1;
  constexpr std::string_view kVersion = " Version: ";
  const std::string_view id = fields.substr(std::min(kIdAt, fields.size()), kUuidSize);
  if (fields.size() > kMaxFieldsBytes || !scan::is_uuid(id) || fields[kIdAt - 1] != ' ') return false;
  std::string_view after = fields.substr(kIdAt + kUuidSize);
  if (event == LambdaEvent::start && after.starts_with(kVersion)) {
    const std::string_view version = after.substr(kVersion.size());
    for (const char c : version)
      if (!is_digit(c) && !is_letter(c) && c != '$' && c != '_' && c != '-' && c != '.') return false;
    line.set(LambdaField::version, version);
    after = {};
  } else if (event == LambdaEvent::report && after.starts_with('\t')) {
    after.remove_prefix(1);
  } else if (!after.empty()) {
    return false;
  }
  line.set(LambdaField::request_id, id);
  fields = after;
  return true;
}

constexpr std::array kKeywords = {
    Keyword{"START", kRequestId, LambdaEvent::start},
    Keyword{"END", kRequestId, LambdaEvent::end},
    Keyword{"REPORT", kRequestId, LambdaEvent::report},
    Keyword{"INIT_START", "Runtime Version:", LambdaEvent::init_start},
    Keyword{"INIT_REPORT", "", LambdaEvent::init_report},
    Keyword{"RESTORE_START", "Runtime Version:", LambdaEvent::restore_start},
    Keyword{"RESTORE_REPORT", "", LambdaEvent::restore_report},
    Keyword{"EXTENSION", "Name:", LambdaEvent::extension},
    Keyword{"TELEMETRY", "Name:", LambdaEvent::telemetry},
    Keyword{"LOGS", "Name:", LambdaEvent::logs},
    Keyword{"XRAY", "TraceId:", LambdaEvent::xray},
};

// Returns the keyword that text begins with if its first key follows. fields: set to the text after the keyword.
const Keyword* find_keyword(std::string_view text, std::string_view& fields) {
  for (const Keyword& keyword : kKeywords) {
    if (text[0] != keyword.word[0] || !text.starts_with(keyword.word)) continue;
    const std::string_view after = text.substr(keyword.word.size());
    fields = scan::trim_front(after);
    if (fields.size() < after.size() && fields.starts_with(keyword.first_key)) return &keyword;
  }
  return nullptr;
}

// Returns whether a line with these fields is of that event, and not text that begins like one.
bool has_its_fields(LambdaEvent event, const LambdaLine& line) {
  switch (event) {
    case LambdaEvent::init_report:
    case LambdaEvent::restore_report:
      return line.says_anything();
    case LambdaEvent::extension:
    case LambdaEvent::telemetry:
    case LambdaEvent::logs:
      return line.has(LambdaField::extension_state);
    case LambdaEvent::xray:
      return line.has(LambdaField::xray_trace_id);
    default:
      return true;
  }
}

// Moves a phase's duration to the field of that phase: some tools write it under the key "Duration" alone.
void rename_duration(LambdaField name, LambdaLine& line) {
  line.set(name, line[LambdaField::duration_ms]);
  line.unset(LambdaField::duration_ms);
}

bool read_keyword_line(std::string_view text, LambdaLine& line) {
  std::string_view fields;
  const Keyword* const keyword = find_keyword(text, fields);
  if (keyword == nullptr) return false;
  const bool has_id = keyword->first_key == kRequestId && take_written_request_id(keyword->event, fields, line);
  if (keyword->first_key == kRequestId && !has_id && !is_request_id_and_keys(fields.substr(kRequestId.size())))
    return false;
  // START and most others are one line; what follows it is not a part of it. A report may have two lines.
  read_fields(keyword->event == LambdaEvent::report ? fields : scan::first_line(fields), has_id ? 1 : 0, line);
  if (!has_its_fields(keyword->event, line)) {
    line.unset_all();
    return false;
  }
  line.event = keyword->event;
  if (line.event == LambdaEvent::init_report) rename_duration(LambdaField::init_duration_ms, line);
  if (line.event == LambdaEvent::restore_report) rename_duration(LambdaField::restore_duration_ms, line);
  line.failed = is_failure(line[LambdaField::status]) || line.has(LambdaField::error_type);
  return true;
}

}  // namespace

bool read_system_line(std::string_view text, LambdaLine& line) {
  switch (text[0]) {
    case 'S':
    case 'E':
    case 'T':
    case 'L':
    case 'X':
      return read_keyword_line(text, line);
    case 'I':
      return read_keyword_line(text, line) || read_launch_error(text, line);
    case 'R':
      return read_keyword_line(text, line) || read_fault(text, line);
    case 'P':
    case 'U':
      return read_fault(text, line);
    default:
      return false;
  }
}

}  // namespace penstock::logs::grammar
