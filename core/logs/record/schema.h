// The names of a record's facts: our own, or those of a common convention.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/logs/lambda/lambda_line.h"

namespace penstock::logs {

enum class Schema : uint8_t { standard, legacy, otel, ecs };

// The name of each LambdaEvent: the same in every schema.
inline constexpr std::array<std::string_view, kLambdaEventCount> kLambdaEventNames = {"",
                                                                                      "start",
                                                                                      "end",
                                                                                      "report",
                                                                                      "initStart",
                                                                                      "initReport",
                                                                                      "restoreStart",
                                                                                      "restoreReport",
                                                                                      "extension",
                                                                                      "telemetry",
                                                                                      "logs",
                                                                                      "xray",
                                                                                      "timeout",
                                                                                      "exit",
                                                                                      "error",
                                                                                      "logsDropped",
                                                                                      "invokeStart",
                                                                                      "requestComplete",
                                                                                      "invokeSummary",
                                                                                      "invokeReport",
                                                                                      "spinDownStart",
                                                                                      "spinDownReport"};

// How to write a number that was read in milliseconds or MB.
enum class Unit : uint8_t { as_read, seconds_of_ms, bytes_of_mb };

struct FieldName {
  std::string_view name;
  Unit unit = Unit::as_read;
};

// A fact about where an event came from.
enum class SourceFact : uint8_t {
  log_group,
  central_log_group,
  log_stream,
  owner,
  region,
  function_name,
  function_version
};
inline constexpr size_t kSourceFactCount = static_cast<size_t>(SourceFact::function_version) + 1;

struct SourceName {
  std::string_view name;
  bool is_list = false;  // written as an array, together with the next fact if that has the same name
};

struct SchemaNames {
  std::string_view timestamp;
  std::string_view level;
  std::string_view severity_number;  // the level as a number; empty: the schema has none
  std::string_view message;
  std::string_view event_id;
  std::string_view lambda;  // the object that holds event and fields; empty: they are at the top
  std::string_view event;
  std::array<FieldName, kLambdaFieldCount> fields;  // by LambdaField
  std::string_view source;  // the object that holds source_facts; empty: they are at the top
  std::array<SourceName, kSourceFactCount> source_facts;  // by SourceFact
  // The member that holds an object passed through, except for its level, message and request ID, which become
  // members of the record; empty: the object is the record.
  std::string_view json;
};

inline constexpr std::string_view kExtractedFieldsName = "extractedFields";  // CloudWatch Logs' own name

const SchemaNames& names_of(Schema schema);

// Returns whether a record can have a top-level member of that name, apart from those that options set.
bool has_member(const SchemaNames& names, std::string_view name);
// Returns a top-level member, apart from those that options set, that a store may treat as a part of the member of
// that name, or the other way around: "event.action" and "event". Empty if not found.
std::string_view member_within(const SchemaNames& names, std::string_view name);

// Returns whether a store may treat inner as a part of outer: "event.action" as a part of "event".
inline bool is_within(std::string_view inner, std::string_view outer) {
  return inner.size() > outer.size() && inner[outer.size()] == '.' && inner.starts_with(outer);
}

}  // namespace penstock::logs
