#include "core/logs/record.h"

#include <array>

#include "core/base/bytes.h"
#include "core/base/json.h"
#include "core/base/time.h"
#include "core/logs/iso_timestamp.h"
#include "core/logs/scan.h"

namespace penstock {

namespace {

// In the order of LambdaEvent and LambdaField.
constexpr std::array<std::string_view, 15> kEventNames = {
    "",          "start",     "end",  "report", "initStart", "initReport", "restoreStart", "restoreReport",
    "extension", "telemetry", "logs", "xray",   "timeout",   "exit",       "error"};
constexpr std::array<std::string_view, kLambdaFieldCount> kFieldNames = {"requestId",
                                                                         "version",
                                                                         "durationMs",
                                                                         "billedDurationMs",
                                                                         "memorySizeMB",
                                                                         "maxMemoryUsedMB",
                                                                         "initDurationMs",
                                                                         "restoreDurationMs",
                                                                         "billedRestoreDurationMs",
                                                                         "status",
                                                                         "errorType",
                                                                         "timeoutSeconds",
                                                                         "phase",
                                                                         "runtimeVersion",
                                                                         "runtimeVersionArn",
                                                                         "extensionName",
                                                                         "extensionState",
                                                                         "tenantId",
                                                                         "xrayTraceId",
                                                                         "xraySegmentId",
                                                                         "xraySampled"};

std::string json_of(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

// With a comma in front, like all that is appended to what is a record already.
void append_level(std::string& out, const LambdaLine& line) {
  out += ",\"level\":";
  if (line.level.empty()) {
    out += line.failed ? "\"ERROR\"" : "\"INFO\"";
    return;
  }
  const size_t from = out.size();
  append_json_string(out, line.level);
  for (size_t at = from; at < out.size(); ++at) {
    // Escapes are of control characters, quotes and backslashes only: of those none is a level's.
    if (out[at] == '\\')
      ++at;
    else if (out[at] >= 'a' && out[at] <= 'z')
      out[at] = static_cast<char>(out[at] - 'a' + 'A');
  }
}

void append_lambda(std::string& out, const LambdaLine& line) {
  out += ",\"lambda\":{";
  const size_t from = out.size();
  if (line.event != LambdaEvent::none) {
    out += "\"event\":\"";
    out += kEventNames[static_cast<size_t>(line.event)];
    out += '"';
  }
  for (size_t index = 0; index < kLambdaFieldCount; ++index) {
    const auto field = static_cast<LambdaField>(index);
    if (line[field].empty()) continue;
    if (out.size() > from) out += ',';
    out += '"';
    out += kFieldNames[index];
    out += "\":";
    if (kind_of(field) == FieldKind::text)
      append_json_string(out, line[field]);
    else
      out += line[field];
  }
  out += '}';
}

// Nothing where the event has no id.
void append_event_id(std::string& out, const penstock_record& event) {
  if (event.id.size == 0) return;
  out += ",\"event_id\":";
  append_json_string(out, view(event.id));
}

// The size of what is left of a JSON string, without the closing quote.
size_t rest_of_string(std::string_view text, size_t from) {
  size_t at = from;
  while (text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return at - from;
}

}  // namespace

RecordWriter::RecordWriter(const RecordNames& names)
    : timestamp_name_(json_of(names.timestamp)), source_name_(json_of(names.source)), object_(names) {}

void RecordWriter::begin(const penstock_batch& origin) {
  source_.clear();
  const auto append = [&](std::string_view name, penstock_bytes value) {
    if (value.size == 0) return;
    source_ += source_.empty() ? "," + source_name_ + ":{" : ",";
    source_ += name;
    append_json_string(source_, view(value));
  };
  append("\"logGroup\":", origin.log_group);
  append("\"logStream\":", origin.log_stream);
  append("\"owner\":", origin.owner);
  append("\"region\":", origin.region);
  if (!source_.empty()) source_ += '}';
}

RecordWriter::Kind RecordWriter::append(std::string& out, const penstock_record& event) {
  const std::string_view message = scan::trim(view(event.body));
  if (object_.read(message)) {
    append_object(out, message, nullptr, event);
    return Kind::passed_through;
  }
  const LambdaLine line = read_lambda_line(message);
  if (line.message_may_be_the_record && object_.read(line.message)) {
    append_object(out, line.message, &line, event);
    return Kind::passed_through;
  }
  append_line(out, line, event);
  return line.event != LambdaEvent::none ? Kind::system_line : Kind::wrapped;
}

void RecordWriter::append_line(std::string& out, const LambdaLine& line, const penstock_record& event) const {
  out += '{';
  out += timestamp_name_;
  out += ":\"";
  if (line.timestamp.empty())
    append_rfc3339(out, event.time_ms);
  else
    append_iso_timestamp(out, line.timestamp, line.timestamp_fraction);
  out += '"';
  append_level(out, line);
  out += ",\"message\":";
  if (line.returns_are_line_ends)
    append_json_string_of_lines(out, line.message);
  else
    append_json_string(out, line.message);
  if (line.says_anything()) append_lambda(out, line);
  append_event_id(out, event);
  out += source_;
  out += '}';
}

// text is what object_ has read; around: the line that it was the message of, or null.
void RecordWriter::append_object(std::string& out, std::string_view text, const LambdaLine* around,
                                 const penstock_record& event) {
  append_object_members(out, text);
  if (!object_.has_timestamp()) {
    if (!object_.is_empty()) out += ',';
    out += timestamp_name_;
    out += ":\"";
    if (!object_.own_timestamp().empty())
      append_iso_timestamp(out, object_.own_timestamp());
    else if (object_.own_time_ms() >= 0)
      append_rfc3339(out, object_.own_time_ms());
    else if (around != nullptr)
      append_iso_timestamp(out, around->timestamp, around->timestamp_fraction);
    else
      append_rfc3339(out, event.time_ms);
    out += '"';
  }
  const LambdaLine* const said = object_.is_platform() ? &object_.platform() : around;
  if (said != nullptr) {
    if (!object_.has_level()) append_level(out, *said);
    if (!object_.has_lambda() && said->says_anything()) append_lambda(out, *said);
  }
  if (!object_.has_event_id()) append_event_id(out, event);
  out += source_;
  out += '}';
}

// All of the object but its last brace, with members that have our source's name renamed, where there is a source.
void RecordWriter::append_object_members(std::string& out, std::string_view text) const {
  const std::string_view members = text.substr(0, text.size() - 1);
  size_t copied = 0;
  if (!source_.empty() && !object_.source_names().empty()) {
    const std::string name = json_of(object_.free_source_name());
    for (const size_t at : object_.source_names()) {
      append_json_on_one_line(out, members.substr(copied, at - copied));
      out.append(name, 1, name.size() - 2);
      copied = at + rest_of_string(members, at);
    }
  }
  append_json_on_one_line(out, members.substr(copied));
}

}  // namespace penstock
