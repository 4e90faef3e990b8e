#include "core/logs/record/record.h"

#include <algorithm>
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

// The names that an object passed through may already use.
enum Member : size_t {
  kTimestamp,
  kLevel,
  kEventId,
  kExtracted,
  kLambda,
  kEvent,
  kSource,
  kFirstField,
  kFirstSourceFact = kFirstField + kLambdaFieldCount,
  kMembers = kFirstSourceFact + kSourceFactCount,
};
static_assert(kMembers <= 64);

constexpr uint64_t bit(size_t member) { return uint64_t{1} << member; }

// The time, event ID, extracted fields and origin of a record: these members are always ours. If the application
// has a member with one of these names, that member is renamed.
constexpr uint64_t kReserved =
    bit(kTimestamp) | bit(kEventId) | bit(kExtracted) | bit(kSource) | (bit(kMembers) - bit(kFirstSourceFact));

std::string json_of(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

std::string key_of(std::string_view name) { return json_of(name) + ":"; }

std::string_view event_id_key(const RecordOptions& options) {
  return options.event_id_key.empty() ? names_of(options.schema).event_id : options.event_id_key;
}

// Returns the names to look for; none if the application's members have a key of their own.
MemberNames members_of(const RecordOptions& options) {
  const SchemaNames& names = names_of(options.schema);
  std::vector<std::string> members(kMembers);
  if (!options.json_key.empty()) return {members, 0};
  members[kTimestamp] = options.timestamp_key;
  members[kLevel] = names.level;
  members[kEventId] = event_id_key(options);
  members[kExtracted] = kExtractedFieldsName;
  members[kLambda] = names.lambda;
  if (names.lambda.empty()) {
    members[kEvent] = names.event;
    for (size_t index = 0; index < kLambdaFieldCount; ++index)
      members[kFirstField + index] = names.fields[index].name;
  }
  if (!names.source.empty())
    members[kSource] = options.source_key;
  else
    for (size_t index = 0; index < kSourceFactCount; ++index)
      members[kFirstSourceFact + index] = names.source_facts[index].name;
  return {members, kReserved};
}

// Returns whether the fields of such a line contain all its information.
bool fields_have_all_of(LambdaEvent event) {
  return event != LambdaEvent::none && event != LambdaEvent::error && event != LambdaEvent::exit;
}

bool has_extracted_fields(const penstock_record& event) { return !trim(view(event.extracted_fields)).empty(); }

// Returns the size of the rest of a JSON string, without the closing quote.
size_t rest_of_string(std::string_view text, size_t from) {
  size_t at = from;
  while (text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return at - from;
}

// Appends a word of capitals with quotes. Appends nothing and returns false for any other text.
bool append_word_of_capitals(TextBuffer& out, std::string_view text) {
  char* to = out.room(text.size() + 2);
  *to++ = '"';
  bool are_capitals = true;
  for (const char c : text) {
    are_capitals &= c >= 'A' && c <= 'Z';
    *to++ = c;
  }
  if (!are_capitals) return false;
  *to++ = '"';
  out.end_at(to);
  return true;
}

}  // namespace

RecordWriter::RecordWriter(const RecordOptions& options)
    : options_(options),
      names_(names_of(options.schema)),
      timestamp_(key_of(options.timestamp_key) + "\""),
      level_("," + key_of(names_.level)),
      message_("," + key_of(names_.message)),
      lambda_(names_.lambda.empty() ? "" : "," + key_of(names_.lambda)),
      event_id_("," + key_of(event_id_key(options))),
      json_(options.json_key.empty() ? "" : "," + key_of(options.json_key)),
      object_(members_of(options), kTimestamp),
      extracted_(MemberNames({}, 0)) {
  for (size_t index = 0; index < events_.size(); ++index)
    events_[index] = Piece(key_of(names_.event) + json_of(kLambdaEventNames[index]));
  for (size_t index = 0; index < fields_.size(); ++index)
    fields_[index] = Piece(key_of(names_.fields[index].name));
  if (!names_.source.empty()) source_key_ = "," + key_of(options_.source_key);
  for (size_t index = 0; index < kSourceFactCount; ++index)
    source_names_[index] =
        key_of(names_.source_facts[index].name) + (names_.source_facts[index].is_list ? "[" : "");
}

void RecordWriter::begin(const penstock_batch& origin) {
  FunctionName function;
  if (options_.function_fields) function = function_of(view(origin.log_group), view(origin.log_stream));
  const std::array<std::string_view, kSourceFactCount> values = {view(origin.log_group), view(origin.log_stream),
                                                                 view(origin.owner),     view(origin.region),
                                                                 function.name,          function.version};
  source_text_.clear();
  source_members_ = 0;
  for (size_t index = 0; index < kSourceFactCount; ++index) {
    if (values[index].empty()) continue;
    const bool is_first_in_object = source_text_.empty() && !source_key_.empty();
    if (is_first_in_object) source_text_ += source_key_;
    source_text_ += is_first_in_object ? '{' : ',';
    source_text_ += source_names_[index];
    append_json_string(source_text_, values[index]);
    if (names_.source_facts[index].is_list) source_text_ += ']';
    source_members_ |= bit(source_key_.empty() ? kFirstSourceFact + index : size_t{kSource});
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
    append_object(out, message, details, nullptr, event);
    return Kind::passed_through;
  }
  const LambdaLine line = read_lambda_line(message);
  if (drops(line.event)) return Kind::dropped;
  if (line.message_may_be_the_record && options_.parse_json_in_message && object_.read(line.message)) {
    const LambdaLine* const details = object_.is_platform() ? object_.facts() : &line;
    if (drops(details->event)) return Kind::dropped;
    append_object(out, line.message, details, &line, event);
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
  if (line.says_anything()) append_lambda(out, line, false);
  append_event_id(out, event);
  append_extracted_fields(out, event);
  out += source_;
  out += '}';
}

// text: the object that object_ has read. details: facts beyond its members, or null. line: the line whose message
// it was, or null.
void RecordWriter::append_object(TextBuffer& out, std::string_view text, const LambdaLine* details,
                                 const LambdaLine* line, const penstock_record& event) {
  const bool is_record = json_.empty();  // the object's members are those of the record
  const auto lacks = [&](Member member) { return !is_record || !object_.has(member); };
  if (is_record)
    append_object_members(out, text, event);
  else
    out += '{';
  if (!is_record || !object_.has_rfc3339_timestamp()) {
    if (is_record && !object_.is_empty()) out += ',';
    append_object_time(out, line, event);
  }
  if (!is_record && !object_.level().empty())
    append_level(out, object_.level(), false);
  else if (details != nullptr && lacks(kLevel))
    append_level(out, details->level, details->failed);
  if (!is_record) {
    out += json_;
    append_object_members(out, text, event);
    out += '}';
  }
  if (details != nullptr && details->says_anything() && lacks(kLambda)) append_lambda(out, *details, is_record);
  append_event_id(out, event);
  append_extracted_fields(out, event);
  out += source_;
  out += '}';
}

// Appends all of the object except its last brace. Renames members that have our names, if the record has ours
// too. Replaces the level with that of the common vocabulary if normalize_level is set.
void RecordWriter::append_object_members(TextBuffer& out, std::string_view text, const penstock_record& event) {
  constexpr size_t kNowhere = std::string_view::npos;
  const std::string_view members = text.substr(0, text.size() - 1);
  const auto append = [&](std::string_view part) {
    if (object_.is_plain())
      out += part;
    else
      append_json_on_one_line(out, part);
  };
  size_t copied = 0;
  const auto replace = [&](size_t at, std::string_view replacement) {
    append(members.substr(copied, at - copied));
    out += replacement;
    copied = at + rest_of_string(members, at);
  };
  // Under its own key, the object stays as it was: the normalized level is at the top.
  const bool with_other_level = options_.normalize_level && json_.empty();
  const std::string_view level = with_other_level ? normalized_level(object_.level()) : "";
  size_t level_at = level.empty() ? kNowhere : object_.level_at();
  if (!object_.renames().empty()) {
    uint64_t ours = source_members_;
    if (has_event_id(event)) ours |= bit(kEventId);
    if (has_extracted_fields(event)) ours |= bit(kExtracted);
    if (!object_.has_rfc3339_timestamp()) ours |= bit(kTimestamp);
    for (const JsonObject::Rename& rename : object_.renames()) {
      if ((ours & bit(rename.index)) == 0 || rename.at < copied) continue;
      if (level_at < rename.at) replace(std::exchange(level_at, kNowhere), level);
      new_key_.clear();
      object_.append_new_key(new_key_, rename);
      replace(rename.at, new_key_);
    }
  }
  if (level_at != kNowhere) replace(level_at, level);
  append(members.substr(copied));
}

void RecordWriter::append_object_time(TextBuffer& out, const LambdaLine* line,
                                      const penstock_record& event) const {
  out += timestamp_;
  if (!object_.own_timestamp().empty())
    append_iso_timestamp(out, object_.own_timestamp());
  else if (object_.own_time_ms() >= 0)
    append_rfc3339(out, object_.own_time_ms());
  else if (line != nullptr)
    append_iso_timestamp(out, line->timestamp, line->timestamp_fraction);
  else
    append_rfc3339(out, event.time_ms);
  out += '"';
}

void RecordWriter::append_level(TextBuffer& out, std::string_view written, bool failed) const {
  out += level_;
  std::string_view level = written;
  if (level.empty()) level = failed ? "ERROR" : "INFO";
  if (options_.normalize_level)
    if (const std::string_view normalized = normalized_level(level); !normalized.empty()) level = normalized;
  if (append_word_of_capitals(out, level)) return;  // nearly all levels
  const size_t from = out.size();
  append_json_string(out, level);
  char* const end = out.data() + out.size();
  for (char* at = out.data() + from; at < end; ++at) {
    // Escapes are only of control characters, quotes and backslashes. None of them is a letter to capitalize.
    if (*at == '\\')
      ++at;
    else if (*at >= 'a' && *at <= 'z')
      *at = static_cast<char>(*at - 'a' + 'A');
  }
}

// with_object_members: the members of an object passed through may be at the same place, and take precedence.
void RecordWriter::append_lambda(TextBuffer& out, const LambdaLine& line, bool with_object_members) {
  const bool at_the_top = lambda_.empty();
  const auto is_there = [&](size_t member) { return with_object_members && at_the_top && object_.has(member); };
  out += lambda_;
  char separator = at_the_top ? ',' : '{';
  if (line.event != LambdaEvent::none && !is_there(kEvent)) {
    out += std::exchange(separator, ',');
    out += events_[static_cast<size_t>(line.event)];
  }
  line.for_each_field([&](LambdaField field, std::string_view value) {
    const auto index = static_cast<size_t>(field);
    if (is_there(kFirstField + index) || (field == LambdaField::version && source_has_version_)) return;
    const bool is_text = kind_of(field) == FieldKind::text;
    const std::string_view number = is_text ? "" : in_unit(value, names_.fields[index].unit);
    if (!is_text && number.empty()) return;
    out += std::exchange(separator, ',');
    out += fields_[index];
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
