// The output record: one JSON object per log event, on one line.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "base/text_buffer.h"
#include "core/logs/lambda/lambda_line.h"
#include "core/logs/record/json_object.h"
#include "core/logs/record/schema.h"

namespace penstock::logs {

inline constexpr size_t kMaxTimeNames = 16;
// The members in which common loggers write the time of an object.
inline constexpr std::array<std::string_view, 7> kTimeNames = {
    "timestamp", "@timestamp", "time", "Timestamp", "ts", "timeMillis", "_aws.Timestamp"};

struct RecordOptions {
  Schema schema = Schema::standard;
  std::string timestamp_key = "timestamp";
  std::string event_id_key;           // empty: the schema's
  std::string source_key = "source";  // key of the object, in the schemas that have one
  std::string json_key;               // key of the member that holds an object passed through; empty: the schema's
  // Members of an object that may have the record's time, the preferred ones first; at most kMaxTimeNames. Empty:
  // timestamp_key if the object is the record, then kTimeNames.
  std::vector<std::string> timestamp_from;
  bool event_id = true;
  bool keep_message = true;           // of system lines whose fields contain all their information
  bool function_fields = false;       // adds the function's name and version to the source
  bool normalize_level = false;       // see level.h
  bool parse_json_in_message = true;  // an object after a runtime's columns is the record
  uint32_t drop = 0;                  // bits of the LambdaEvents to leave out
};

// The levels of nearly all records, sorted by size. They are written in one piece.
inline constexpr std::array<std::string_view, 8> kFrequentLevels = {"INFO",  "WARN",  "ERROR",   "DEBUG",
                                                                    "TRACE", "FATAL", "WARNING", "CRITICAL"};

// A writer of the records of a batch. Reuses its buffers.
class RecordWriter {
 public:
  explicit RecordWriter(const RecordOptions& options);

  // Sets the origin of the records that follow. Records contain those of its facts that are not empty.
  void begin(const penstock_batch& origin);

  enum class Kind { system_line, passed_through, wrapped, dropped };
  // Appends the record of an event, whose body may be any bytes. Appends nothing if the event is dropped.
  Kind append(TextBuffer& out, const penstock_record& event);

 private:
  // The names to look for in an object passed through.
  enum Member : size_t {
    kTimestamp,
    kLevel,
    kEventId,
    kExtracted,
    kLambda,
    kSource,
    kFirstText,
    kFirstTime = kFirstText + JsonObject::kMaxTexts
  };
  MemberNames members_to_read() const;
  ValuesToRead values_to_read() const;

  // A message that is an object, and what else is known about it.
  struct Object {
    std::string_view text;                // what object_ has read
    const LambdaLine* details = nullptr;  // facts beyond its members
    const LambdaLine* line = nullptr;     // the line whose message it was
  };

  void append_line(TextBuffer& out, const LambdaLine& line, const penstock_record& event);
  void append_object(TextBuffer& out, const Object& object, const penstock_record& event);
  void append_object_as_record(TextBuffer& out, const Object& object, const penstock_record& event);
  void append_object_as_member(TextBuffer& out, const Object& object, const penstock_record& event);
  void append_object_members(TextBuffer& out, std::string_view text, const penstock_record& event);
  void append_rest_of_object(TextBuffer& out, std::string_view text,
                             std::span<JsonObject::TextMember> taken) const;
  void append_copy(TextBuffer& out, std::string_view json) const;
  bool keeps_timestamp() const;
  void append_object_time(TextBuffer& out, const LambdaLine* line, const penstock_record& event) const;
  void append_level(TextBuffer& out, std::string_view written, bool failed) const;
  void append_lambda(TextBuffer& out, const LambdaLine& line, bool has_request_id = false);
  std::string_view in_unit(std::string_view number, Unit unit);
  bool has_event_id(const penstock_record& event) const { return options_.event_id && event.id.size > 0; }
  void append_event_id(TextBuffer& out, const penstock_record& event) const;
  void append_extracted_fields(TextBuffer& out, const penstock_record& event);
  bool drops(LambdaEvent event) const { return (options_.drop >> static_cast<uint32_t>(event) & 1) != 0; }

  const RecordOptions options_;
  const SchemaNames& names_;

  // JSON text that is the same in all records: members up to their values, with a leading comma if one is needed.
  Piece timestamp_;
  Piece level_;
  std::array<Piece, kFrequentLevels.size()> frequent_levels_;  // with values
  Piece message_;
  Piece lambda_;  // empty: its members are at the top
  Piece event_id_;
  Piece json_;                                          // empty: an object is the record
  Piece severity_number_;                               // empty: the schema has none
  std::array<Piece, kLambdaEventNames.size()> events_;  // with values
  std::array<Piece, kLambdaFieldCount> fields_;
  std::string source_key_;                                  // empty: its facts are at the top
  std::array<std::string, kSourceFactCount> source_names_;  // with the [ before a list

  // The same for all records of a batch, with values; empty if these are unknown.
  Piece source_;
  std::string source_text_;          // text of source_
  bool source_has_version_ = false;  // under the same name as the version that a line contains

  JsonObject object_;
  JsonObject extracted_;
  std::string new_key_;
  std::string number_;  // converted to another unit
};

}  // namespace penstock::logs
