// Splitting subscription messages: every event that a strict JSON reader finds is emitted, in order.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/utf8.h"
#include "core/logs/decode/subscription.h"
#include "core/logs/decode/subscription_message.h"
#include "tests/fast_message_reference.h"
#include "tests/fuzz/check.h"
#include "tests/strict_json.h"

namespace penstock {
namespace {

constexpr size_t kLimitBytes = size_t{1} << 20;
constexpr size_t kMaxDepth = 1000;
constexpr int64_t kArrivalMs = 1700000000123;
constexpr std::string_view kRegion = "eu-west-1";

struct Event {
  std::string origin;  // owner, region, log group and stream, and central log group
  std::string id;
  std::string body;
  bool body_is_json = false;       // then only its content is known, not its spelling
  std::optional<int64_t> time_ms;  // nullopt: not known
};

std::string origin_of(std::string_view owner, std::string_view region, std::string_view group,
                      std::string_view stream, std::string_view central_group) {
  std::string origin;
  for (const std::string_view part : {owner, region, group, stream, central_group}) (origin += part) += '\n';
  return origin;
}

// Returns JSON without white space and with decoded strings: the same for texts with the same content.
std::string content_of(std::string_view json) {
  std::string content;
  for (size_t at = 0; at < json.size(); ++at) {
    if (json[at] == '"') {
      size_t end = at + 1;
      while (json[end] != '"') end += json[end] == '\\' ? 2 : 1;
      const std::string text = strict_json::unescaped(json.substr(at + 1, end - at - 1));
      content += '"' + std::to_string(text.size()) + ' ' + text;
      at = end;
    } else if (std::string_view(" \t\r\n").find(json[at]) == std::string_view::npos) {
      content += json[at];
    }
  }
  return content;
}

// Returns the last member of that name that is a string.
std::string last_string(const strict_json::Value& object, std::string_view name) {
  std::string text;
  for (const strict_json::Member& member : object.members)
    if (strict_json::unescaped(member.name) == name && member.value[0] == '"')
      text = strict_json::string_of(member.value);
  return text;
}

// Returns the last ID that is a string or an integer, as written.
std::string id_of(const strict_json::Value& event) {
  std::string id;
  for (const strict_json::Member& member : event.members) {
    if (strict_json::unescaped(member.name) != "id") continue;
    if (member.value[0] == '"')
      id = strict_json::string_of(member.value);
    else if (member.value.find_first_not_of("-0123456789") == std::string_view::npos)
      id = member.value;
  }
  return id;
}

// Such a name would be repeated in every record.
bool has_too_long_name(const strict_json::Value& message) {
  return has_more_characters(last_string(message, "owner"), logs::kMaxOwnerCharacters) ||
         has_more_characters(last_string(message, "logGroup"), logs::kMaxLogGroupCharacters) ||
         has_more_characters(last_string(message, "logStream"), logs::kMaxLogGroupCharacters);
}

std::optional<int64_t> time_of(std::string_view value) {
  const std::string text = value[0] == '"' ? strict_json::string_of(value) : std::string(value);
  if (text.empty() || (text[0] >= 'A' && text[0] <= 'Z')) return kArrivalMs;
  if (text.size() > 12 || text.find_first_not_of("0123456789") != std::string::npos) return {};
  return std::stoll(text);
}

void append_event(std::string_view json, const strict_json::Value& message, std::vector<Event>& events) {
  const strict_json::Value object = *strict_json::read(json);
  Event event;
  event.time_ms = kArrivalMs;
  bool has_body = false;
  std::string account;
  std::string region;
  std::string source_group;
  for (const strict_json::Member& member : object.members) {
    const std::string name = strict_json::unescaped(member.name);
    const char kind = member.value[0];
    if (name == "message") {
      has_body = true;
      event.body_is_json = kind != '"';
      event.body = event.body_is_json ? content_of(member.value) : strict_json::string_of(member.value);
    } else if (name == "timestamp" && (kind == '"' || kind == '-' || (kind >= '0' && kind <= '9'))) {
      event.time_ms = time_of(member.value);
    } else if (name == "extractedFields" && kind == '{') {
      const strict_json::Value fields = *strict_json::read(member.value);
      if (const std::string text = last_string(fields, "@aws.account"); !text.empty()) account = text;
      if (const std::string text = last_string(fields, "@aws.region"); !text.empty()) region = text;
      if (const std::string text = last_string(fields, "@source.log"); !text.empty()) source_group = text;
    }
  }
  if (!has_body || has_more_characters(account, logs::kMaxOwnerCharacters) ||
      has_more_characters(region, logs::kMaxRegionCharacters) ||
      has_more_characters(source_group, logs::kMaxLogGroupCharacters))
    return;
  event.id = id_of(object);
  const std::string sending_group = last_string(message, "logGroup");
  const std::string& group = source_group.empty() ? sending_group : source_group;
  event.origin =
      origin_of(account.empty() ? last_string(message, "owner") : account, region.empty() ? kRegion : region,
                group, last_string(message, "logStream"), group == sending_group ? "" : sending_group);
  events.push_back(event);
}

// Returns the events of the documents in `text`, up to the first document that the strict reader rejects, that has
// a number which RapidJSON rejects, or that has a name longer than its limit. is_whole: all documents were read.
std::vector<Event> events_of(std::string_view text, bool& is_whole) {
  std::vector<Event> events;
  is_whole = false;
  while (text.find_first_not_of('\0') != std::string_view::npos) {
    strict_json::Scanner scanner(text);
    const auto document = scanner.value();
    if (!document || document->depth > kMaxDepth || document->has_huge_number) return events;
    if (document->kind == '{' && last_string(*document, "messageType") == "DATA_MESSAGE") {
      if (has_too_long_name(*document)) return events;
      for (const strict_json::Member& member : document->members) {
        if (strict_json::unescaped(member.name) != "logEvents" || member.value[0] != '[') continue;
        const strict_json::Value elements = *strict_json::read(member.value);
        for (const strict_json::Member& element : elements.members)
          if (element.value[0] == '{') append_event(element.value, *document, events);
      }
    }
    scanner.blanks();
    text.remove_prefix(scanner.at());
  }
  is_whole = true;
  return events;
}

std::vector<Event> events_given(logs::SubscriptionReader& reader, std::string_view text) {
  penstock_batch origin = {};
  origin.struct_size = sizeof origin;
  origin.region = bytes(kRegion);
  origin.arrival_time_ms = kArrivalMs;
  reader.begin(text, origin);
  std::vector<Event> events;
  penstock_batch batch = {};
  while (reader.next(batch) == logs::SubscriptionReader::Step::batch) {
    check(batch.struct_size == sizeof batch && batch.record_stride == sizeof(penstock_record),
          "a batch has its sizes", text);
    check(batch.record_count > 0 && batch.record_count <= 8192, "a batch has 1 to 8,192 records", text);
    for (uint64_t index = 0; index < batch.record_count; ++index) {
      const penstock_record& record = batch.records[index];
      const bool is_arrival = (record.flags & PENSTOCK_RECORD_TIME_IS_ARRIVAL) != 0;
      check(!is_arrival || record.time_ms == kArrivalMs, "the arrival time is that of the record", text);
      check(record.time_ms >= 0 && record.time_ms <= 253402300799999, "a time is before the year 10000", text);
      // Copied, so that a sanitizer detects a view to other memory.
      events.push_back({origin_of(view(batch.owner), view(batch.region), view(batch.log_group),
                                  view(batch.log_stream), view(batch.central_log_group)),
                        std::string(view(record.id)), std::string(view(record.body)), false, record.time_ms});
    }
  }
  return events;
}

bool is_same(const Event& expected, const Event& given) {
  if (expected.body_is_json) {
    if (!strict_json::read(given.body) || content_of(given.body) != expected.body) return false;
  } else if (expected.body != given.body) {
    return false;
  }
  return expected.id == given.id && expected.origin == given.origin &&
         (!expected.time_ms || expected.time_ms == given.time_ms);
}

bool says(const logs::SubscriptionReader& reader, std::string_view what) {
  return reader.problem().message().starts_with(what);
}

void check_message(std::string_view text) {
  logs::SubscriptionReader reader(kLimitBytes);
  const std::vector<Event> given = events_given(reader, text);
  bool is_whole = false;
  const std::vector<Event> expected = events_of(text, is_whole);
  check(given.size() >= expected.size(), "each event is emitted", text);
  check(!is_whole || given.size() == expected.size(), "only events are emitted", text);
  check(!is_whole || (!says(reader, "damaged JSON") && !says(reader, "neither gzip nor JSON")), "JSON is read",
        text);
  for (size_t index = 0; index < std::min(expected.size(), given.size()); ++index)
    check(is_same(expected[index], given[index]), "an event is emitted unchanged", text);
}

}  // namespace
}  // namespace penstock

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!penstock::logs::Gunzip::looks_like_gzip(text)) penstock::check_message(text);
  penstock::check(penstock::fast_path_difference(text).empty(), "the fast path gives what the parser gives", text);
  return 0;
}
