// The output record: one JSON object per log event, on one line.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "abi/penstock.h"
#include "base/text_buffer.h"
#include "core/logs/lambda/lambda_line.h"
#include "core/logs/record/json_object.h"
#include "core/logs/record/schema.h"

namespace penstock::logs {

struct RecordOptions {
  Schema schema = Schema::standard;
  std::string timestamp_key = "timestamp";
  std::string event_id_key;           // empty: the schema's
  std::string source_key = "source";  // key of the object, in the schemas that have one
  std::string json_key;  // key of the member that holds an object passed through; empty: the object is the record
  bool event_id = true;
  bool keep_message = true;           // of system lines whose fields contain all their information
  bool function_fields = false;       // adds the function's name and version to the source
  bool normalize_level = false;       // see level.h
  bool parse_json_in_message = true;  // an object after a runtime's columns is the record
  uint32_t drop = 0;                  // bits of the LambdaEvents to leave out
};

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
  void append_line(TextBuffer& out, const LambdaLine& line, const penstock_record& event);
  void append_object(TextBuffer& out, std::string_view text, const LambdaLine* details, const LambdaLine* line,
                     const penstock_record& event);
  void append_object_members(TextBuffer& out, std::string_view text, const penstock_record& event);
  void append_object_time(TextBuffer& out, const LambdaLine* line, const penstock_record& event) const;
  void append_level(TextBuffer& out, std::string_view written, bool failed) const;
  void append_lambda(TextBuffer& out, const LambdaLine& line, bool with_object_members);
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
  Piece message_;
  Piece lambda_;  // empty: its members are at the top
  Piece event_id_;
  Piece json_;                                          // empty: an object is the record
  std::array<Piece, kLambdaEventNames.size()> events_;  // with values
  std::array<Piece, kLambdaFieldCount> fields_;
  std::string source_key_;                                  // empty: its facts are at the top
  std::array<std::string, kSourceFactCount> source_names_;  // with the [ before a list

  // The same for all records of a batch, with values; empty if these are unknown.
  Piece source_;
  std::string source_text_;          // text of source_
  uint64_t source_members_ = 0;      // bits of the names of its members
  bool source_has_version_ = false;  // under the same name as the version that a line contains

  JsonObject object_;
  JsonObject extracted_;
  std::string new_key_;
  std::string number_;  // converted to another unit
};

}  // namespace penstock::logs
