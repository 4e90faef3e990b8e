// The part of RecordWriter for a message that is a JSON object.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time.h"
#include "core/logs/lambda/iso_timestamp.h"
#include "core/logs/lambda/level.h"
#include "core/logs/record/record.h"

namespace penstock::logs {

namespace {

constexpr uint64_t bit(size_t member) { return uint64_t{1} << member; }

// Members that become the message and the request ID of a record in the schemas that have SchemaNames::json. The
// request ID has the first of its names that the object has: Lambda's own, Java's, and that of Powertools.
constexpr std::array<std::string_view, JsonObject::kMaxTexts> kTextNames = {"message", "requestId", "AWSRequestId",
                                                                            "function_request_id"};

bool has_extracted_fields(const penstock_record& event) { return !trim(view(event.extracted_fields)).empty(); }

// Returns the size of the rest of a JSON string, without the closing quote.
size_t rest_of_string(std::string_view text, size_t from) {
  size_t at = from;
  while (text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return at - from;
}

// Removes commas and white space at both ends of a sequence of members.
std::string_view without_separators(std::string_view members) {
  constexpr std::string_view kSeparators = ", \t\r\n";
  const size_t first = members.find_first_not_of(kSeparators);
  if (first == std::string_view::npos) return {};
  return members.substr(first, members.find_last_not_of(kSeparators) + 1 - first);
}

}  // namespace

// Under a key of its own, an object cannot have a member of ours.
MemberNames RecordWriter::members_to_read() const {
  std::vector<std::string> members(kFirstTime);
  uint64_t reserved = 0;
  if (json_.empty()) {
    members[kTimestamp] = options_.timestamp_key;
    members[kLevel] = names_.level;
    members[kEventId] = options_.event_id_key;
    members[kExtracted] = kExtractedFieldsName;
    members[kLambda] = names_.lambda;
    members[kSource] = options_.source_key;
    // If the application has a member with one of these names, that member is renamed.
    reserved = bit(kTimestamp) | bit(kEventId) | bit(kExtracted) | bit(kSource);
  } else if (!names_.json.empty()) {
    std::copy(kTextNames.begin(), kTextNames.end(), members.begin() + kFirstText);
  }
  members.insert(members.end(), options_.timestamp_from.begin(), options_.timestamp_from.end());
  return {members, reserved};
}

ValuesToRead RecordWriter::values_to_read() const {
  static_assert(kFirstTime + kMaxTimeNames <= 64);
  return {json_.empty() ? size_t{kTimestamp} : SIZE_MAX,
          {kFirstTime, options_.timestamp_from.size()},
          {kFirstText, names_.json.empty() ? 0 : kTextNames.size()}};
}

void RecordWriter::append_object(TextBuffer& out, const Object& object, const penstock_record& event) {
  if (json_.empty())
    append_object_as_record(out, object, event);
  else
    append_object_as_member(out, object, event);
  append_event_id(out, event);
  append_extracted_fields(out, event);
  out += source_;
  out += '}';
}

// The record has the object's members.
void RecordWriter::append_object_as_record(TextBuffer& out, const Object& object, const penstock_record& event) {
  append_object_members(out, object.text, event);
  if (!keeps_timestamp()) {
    if (!object_.is_empty()) out += ',';
    append_object_time(out, object.line, event);
  }
  if (object.details == nullptr) return;
  if (!object_.has(kLevel)) append_level(out, object.details->level, object.details->failed);
  if (object.details->says_anything() && !object_.has(kLambda)) append_lambda(out, *object.details);
}

// The record has the object under its own key, in some schemas without the members that have a name in the schema.
void RecordWriter::append_object_as_member(TextBuffer& out, const Object& object, const penstock_record& event) {
  using TextMember = JsonObject::TextMember;
  const std::string_view text = object.text;
  std::array<TextMember, 3> taken;
  size_t taken_count = 0;
  const auto append_text = [&](const TextMember& member) {
    append_copy(out, text.substr(member.at - 1, rest_of_string(text, member.at) + 2));
    taken[taken_count++] = member;
  };
  out += '{';
  append_object_time(out, object.line, event);
  if (!object_.level().empty())
    append_level(out, object_.level(), false);
  else if (object.details != nullptr)
    append_level(out, object.details->level, object.details->failed);
  bool has_request_id = false;
  if (!names_.json.empty()) {
    if (!object_.level().empty()) taken[taken_count++] = object_.level_member();
    const auto& texts = object_.texts();
    if (texts[0].at != 0) {
      out += message_;
      append_text(texts[0]);
    }
    const auto request_id =
        std::find_if(texts.begin() + 1, texts.end(), [](const TextMember& member) { return member.at != 0; });
    has_request_id = request_id != texts.end();
    if (has_request_id) {
      out += fields_[static_cast<size_t>(LambdaField::request_id)];
      append_text(*request_id);
    }
  }
  append_rest_of_object(out, text, {taken.data(), taken_count});
  if (object.details != nullptr && object.details->says_anything())
    append_lambda(out, *object.details, has_request_id);
}

// Appends an object under its key without the members that were taken from it; nothing if no member is left.
void RecordWriter::append_rest_of_object(TextBuffer& out, std::string_view text,
                                         std::span<JsonObject::TextMember> taken) const {
  if (taken.empty()) {
    out += json_;
    append_copy(out, text);
    return;
  }
  std::sort(taken.begin(), taken.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  bool is_first = true;
  const auto append_members = [&](std::string_view members) {
    const std::string_view kept = without_separators(members);
    if (kept.empty()) return;
    if (std::exchange(is_first, false))
      (out += json_) += '{';
    else
      out += ',';
    append_copy(out, kept);
  };
  size_t from = 1;
  for (const JsonObject::TextMember& member : taken) {
    append_members(text.substr(from, member.key_at - 1 - from));
    from = member.at + rest_of_string(text, member.at) + 1;
  }
  append_members(text.substr(from, text.size() - 1 - from));
  if (!is_first) out += '}';
}

// Appends all of the object except its last brace. Renames members that have our names, if the record has ours
// too. Replaces the level with that of the common vocabulary if normalize_level is set.
void RecordWriter::append_object_members(TextBuffer& out, std::string_view text, const penstock_record& event) {
  constexpr size_t kNowhere = std::string_view::npos;
  const std::string_view members = text.substr(0, text.size() - 1);
  size_t copied = 0;
  const auto replace = [&](size_t at, std::string_view replacement) {
    append_copy(out, members.substr(copied, at - copied));
    out += replacement;
    copied = at + rest_of_string(members, at);
  };
  const std::string_view level = options_.normalize_level ? normalized_level(object_.level()) : "";
  size_t level_at = level.empty() ? kNowhere : object_.level_member().at;
  if (!object_.renames().empty()) {
    uint64_t ours = 0;
    if (!source_text_.empty()) ours |= bit(kSource);
    if (has_event_id(event)) ours |= bit(kEventId);
    if (has_extracted_fields(event)) ours |= bit(kExtracted);
    if (!keeps_timestamp()) ours |= bit(kTimestamp);
    for (const JsonObject::Rename& rename : object_.renames()) {
      if ((ours & bit(rename.index)) == 0 || rename.at < copied) continue;
      if (level_at < rename.at) replace(std::exchange(level_at, kNowhere), level);
      new_key_.clear();
      object_.append_new_key(new_key_, rename);
      replace(rename.at, new_key_);
    }
  }
  if (level_at != kNowhere) replace(level_at, level);
  append_copy(out, members.substr(copied));
}

// Appends a part of the object.
void RecordWriter::append_copy(TextBuffer& out, std::string_view json) const {
  if (object_.is_plain())
    out += json;
  else
    append_json_on_one_line(out, json);
}

// Returns whether the object's own timestamp is that of the record: it is in RFC 3339, and no member with a time
// precedes it.
bool RecordWriter::keeps_timestamp() const {
  return object_.has_rfc3339_timestamp() && object_.own_time_place() < options_.timestamp_from.size() &&
         options_.timestamp_from[object_.own_time_place()] == options_.timestamp_key;
}

void RecordWriter::append_object_time(TextBuffer& out, const LambdaLine* line,
                                      const penstock_record& event) const {
  out += timestamp_;
  if (object_.own_time().form != MemberTime::Form::none)
    append_member_time(out, object_.own_time());
  else if (line != nullptr)
    append_iso_timestamp(out, line->timestamp, line->timestamp_fraction);
  else
    append_rfc3339(out, event.time_ms);
  out += '"';
}

}  // namespace penstock::logs
