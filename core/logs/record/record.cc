#include "core/logs/record/record.h"

#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/scan.h"
#include "base/text.h"
#include "base/time.h"
#include "core/logs/lambda/function_name.h"
#include "core/logs/lambda/iso_timestamp.h"
#include "core/logs/lambda/level.h"
#include "core/logs/record/units.h"

namespace penstock::logs {

namespace {

std::string json_of(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

std::string key_of(std::string_view name) { return json_of(name) + ":"; }

RecordOptions with_defaults(RecordOptions options) {
  const SchemaNames& names = names_of(options.schema);
  if (options.event_id_key.empty()) options.event_id_key = names.event_id;
  if (options.json_key.empty()) options.json_key = names.json;
  if (!options.timestamp_from.empty()) return options;
  const bool is_object_the_record = options.json_key.empty();
  if (is_object_the_record && options.timestamp_key != kTimeNames[0])
    options.timestamp_from.push_back(options.timestamp_key);
  options.timestamp_from.insert(options.timestamp_from.end(), kTimeNames.begin(), kTimeNames.end());
  return options;
}

// Returns whether the fields of such a line contain all its information.
bool fields_have_all_of(LambdaEvent event) {
  return event != LambdaEvent::none && event != LambdaEvent::error && event != LambdaEvent::exit;
}

// Returns the index in kFrequentLevels, or their number. REQUIRES: level is not empty.
size_t index_of_frequent_level(std::string_view level) {
  size_t index = 0;
  for (const std::string_view frequent : kFrequentLevels) {
    if (level.size() == frequent.size() && level[0] == frequent[0] && level == frequent) break;
    ++index;
  }
  return index;
}

// Appends text as a JSON string in capitals.
void append_in_capitals(TextBuffer& out, std::string_view text) {
  const size_t from = out.size();
  append_json_string(out, text);
  char* const end = out.data() + out.size();
  for (char* at = out.data() + from; at < end; ++at) {
    // Escapes are only of control characters, quotes and backslashes. None of them is a letter to capitalize.
    if (*at == '\\')
      ++at;
    else if (*at >= 'a' && *at <= 'z')
      *at = static_cast<char>(*at - 'a' + 'A');
  }
}

}  // namespace

RecordWriter::RecordWriter(const RecordOptions& options)
    : options_(with_defaults(options)),
      names_(names_of(options.schema)),
      timestamp_(key_of(options.timestamp_key) + "\""),
      level_("," + key_of(names_.level)),
      message_("," + key_of(names_.message)),
      lambda_(names_.lambda.empty() ? "" : "," + key_of(names_.lambda)),
      event_id_("," + key_of(options_.event_id_key)),
      json_(options_.json_key.empty() ? "" : "," + key_of(options_.json_key)),
      severity_number_(names_.severity_number.empty() ? "" : "," + key_of(names_.severity_number)),
      object_(members_to_read(), values_to_read()),
      extracted_(MemberNames({}, 0)) {
  for (size_t index = 0; index < frequent_levels_.size(); ++index)
    frequent_levels_[index] = Piece("," + key_of(names_.level) + json_of(kFrequentLevels[index]));
  for (size_t index = 0; index < events_.size(); ++index)
    events_[index] = Piece("," + key_of(names_.event) + json_of(kLambdaEventNames[index]));
  for (size_t index = 0; index < fields_.size(); ++index)
    fields_[index] = Piece("," + key_of(names_.fields[index].name));
  if (!names_.source.empty()) source_key_ = "," + key_of(options_.source_key);
  for (size_t index = 0; index < kSourceFactCount; ++index)
    source_names_[index] =
        key_of(names_.source_facts[index].name) + (names_.source_facts[index].is_list ? "[" : "");
}

void RecordWriter::begin(const penstock_batch& origin) {
  FunctionName function;
  if (options_.function_fields) function = function_of(view(origin.log_group), view(origin.log_stream));
  const std::array<std::string_view, kSourceFactCount> values = {
      view(origin.log_group),  view(origin.central_log_group),
      view(origin.log_stream), view(origin.owner),
      view(origin.region),     function.name,
      function.version};
  source_text_.clear();
  for (size_t index = 0; index < kSourceFactCount; ++index) {
    if (values[index].empty()) continue;
    if (index > 0 && names_.source_facts[index].is_list && !values[index - 1].empty() &&
        names_.source_facts[index].name == names_.source_facts[index - 1].name) {
      source_text_.back() = ',';
      append_json_string(source_text_, values[index]);
      source_text_ += ']';
      continue;
    }
    const bool is_first_in_object = source_text_.empty() && !source_key_.empty();
    if (is_first_in_object) source_text_ += source_key_;
    source_text_ += is_first_in_object ? '{' : ',';
    source_text_ += source_names_[index];
    append_json_string(source_text_, values[index]);
    if (names_.source_facts[index].is_list) source_text_ += ']';
  }
  if (!source_key_.empty() && !source_text_.empty()) source_text_ += '}';
  source_.assign(source_text_);
  source_has_version_ = source_key_.empty() && !function.version.empty();
}

RecordWriter::Kind RecordWriter::append(TextBuffer& out, const penstock_record& event) {
  const std::string_view message = trim(view(event.body));
  if (object_.read(message)) {
    const LambdaLine* const details = object_.facts();
    if (details != nullptr && drops(details->event)) return Kind::dropped;
    append_object(out, {message, details, nullptr}, event);
    return Kind::passed_through;
  }
  const LambdaLine line = read_lambda_line(message);
  if (drops(line.event)) return Kind::dropped;
  if (line.message_may_be_the_record && options_.parse_json_in_message && object_.read(line.message)) {
    const LambdaLine* const details = object_.is_platform() ? object_.facts() : &line;
    if (drops(details->event)) return Kind::dropped;
    append_object(out, {line.message, details, &line}, event);
    return Kind::passed_through;
  }
  append_line(out, line, event);
  return line.event != LambdaEvent::none ? Kind::system_line : Kind::wrapped;
}

void RecordWriter::append_line(TextBuffer& out, const LambdaLine& line, const penstock_record& event) {
  out += '{';
  out += timestamp_;
  if (line.timestamp.empty())
    append_rfc3339(out, event.time_ms);
  else
    append_iso_timestamp(out, line.timestamp, line.timestamp_fraction);
  out += '"';
  append_level(out, line.level, line.failed);
  if (options_.keep_message || !fields_have_all_of(line.event)) {
    out += message_;
    if (line.returns_are_line_ends)
      append_json_string_of_lines(out, line.message);
    else
      append_json_string(out, line.message);
  }
  if (line.says_anything()) append_lambda(out, line);
  append_event_id(out, event);
  append_extracted_fields(out, event);
  out += source_;
  out += '}';
}

void RecordWriter::append_level(TextBuffer& out, std::string_view written, bool failed) const {
  std::string_view level = written;
  if (level.empty()) level = failed ? "ERROR" : "INFO";
  if (options_.normalize_level)
    if (const std::string_view normalized = normalized_level(level); !normalized.empty()) level = normalized;
  if (const size_t index = index_of_frequent_level(level); index < frequent_levels_.size())
    out += frequent_levels_[index];
  else
    append_in_capitals(out += level_, level);
  if (severity_number_.empty()) return;
  if (const std::string_view number = severity_number(level); !number.empty()) (out += severity_number_) += number;
}

// has_request_id: the record already has one.
void RecordWriter::append_lambda(TextBuffer& out, const LambdaLine& line, bool has_request_id) {
  const bool at_the_top = lambda_.empty();
  out += lambda_;
  bool is_first = !at_the_top;
  // Each piece begins with a comma. The first in an object of their own begins with a brace instead.
  const auto append_piece = [&](const Piece& piece) {
    const size_t from = out.size();
    out += piece;
    if (std::exchange(is_first, false)) out.data()[from] = '{';
  };
  if (line.event != LambdaEvent::none) append_piece(events_[static_cast<size_t>(line.event)]);
  line.for_each_field([&](LambdaField field, std::string_view value) {
    const auto index = static_cast<size_t>(field);
    if ((field == LambdaField::request_id && has_request_id) ||
        (field == LambdaField::version && source_has_version_))
      return;
    const bool is_text = kind_of(field) == FieldKind::text;
    const std::string_view number = is_text ? "" : in_unit(value, names_.fields[index].unit);
    if (!is_text && number.empty()) return;
    append_piece(fields_[index]);
    if (field == LambdaField::error_type && line.error_type_is_escaped)
      ((out += '"') += value) += '"';
    else if (is_text)
      append_json_string(out, value);
    else
      out += number;
  });
  if (!at_the_top) out += '}';
}

// Returns the number in that unit; empty if JSON readers cannot represent it.
std::string_view RecordWriter::in_unit(std::string_view number, Unit unit) {
  if (unit == Unit::as_read) return number;
  number_.clear();
  const bool is_number =
      unit == Unit::seconds_of_ms ? append_seconds_of_ms(number_, number) : append_bytes_of_mb(number_, number);
  return is_number ? std::string_view(number_) : std::string_view();
}

// Appends nothing if the event has no id.
void RecordWriter::append_event_id(TextBuffer& out, const penstock_record& event) const {
  if (!has_event_id(event)) return;
  out += event_id_;
  append_json_string(out, view(event.id));
}

void RecordWriter::append_extracted_fields(TextBuffer& out, const penstock_record& event) {
  const std::string_view fields = trim(view(event.extracted_fields));
  if (fields.empty()) return;
  out += ',';
  append_json_string(out, kExtractedFieldsName);
  out += ':';
  // The producer of the event may not have checked that they are JSON.
  if (extracted_.read(fields))
    append_json_on_one_line(out, fields);
  else
    append_json_string(out, fields);
}

}  // namespace penstock::logs
