// The names that the facts of a record go by: our own, or those that others agreed on.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/logs/lambda/lambda_line.h"

namespace penstock::logs {

enum class Schema : uint8_t { standard, legacy, otel, ecs };

// What a line is about, by LambdaEvent: the same in every schema.
inline constexpr std::array<std::string_view, static_cast<size_t>(LambdaEvent::error) + 1> kLambdaEventNames = {
    "",          "start",     "end",  "report", "initStart", "initReport", "restoreStart", "restoreReport",
    "extension", "telemetry", "logs", "xray",   "timeout",   "exit",       "error"};

// What is written of a number that was read in milliseconds or MB.
enum class Unit : uint8_t { as_read, seconds_of_ms, bytes_of_mb };

struct FieldName {
  std::string_view name;
  Unit unit = Unit::as_read;
};

// Where an event came from.
enum class SourceFact : uint8_t { log_group, log_stream, owner, region, function_name, function_version };
inline constexpr size_t kSourceFactCount = static_cast<size_t>(SourceFact::function_version) + 1;

struct SourceName {
  std::string_view name;
  bool is_list = false;  // written as an array of the one value
};

struct SchemaNames {
  std::string_view timestamp;
  std::string_view level;
  std::string_view message;
  std::string_view event_id;
  std::string_view lambda;  // the object around event and fields; empty: they stand at the top
  std::string_view event;
  std::array<FieldName, kLambdaFieldCount> fields;  // by LambdaField
  std::string_view source;                          // the object around what follows; empty: it stands at the top
  std::array<SourceName, kSourceFactCount> source_facts;  // by SourceFact
};

inline constexpr std::string_view kExtractedFieldsName = "extractedFields";  // as CloudWatch Logs calls them

const SchemaNames& names_of(Schema schema);

// Whether a record can have a member of that name at the top, besides those that options name.
bool has_member(const SchemaNames& names, std::string_view name);
// A member at the top, besides those that options name, that a store may take for a part of the member of that
// name, or the other way around: "event.action" and "event". Empty: there is none.
std::string_view member_within(const SchemaNames& names, std::string_view name);

// Whether a store may take inner for a part of outer: "event.action" for one of "event".
inline bool is_within(std::string_view inner, std::string_view outer) {
  return inner.size() > outer.size() && inner[outer.size()] == '.' && inner.starts_with(outer);
}

}  // namespace penstock::logs
