// The record that leaves: one JSON object for a log event, on one line.
#pragma once

#include <string>
#include <string_view>

#include "abi/penstock.h"
#include "core/logs/json_object.h"
#include "core/logs/lambda_line.h"

namespace penstock {

// Writes the records of a batch. Reuses its buffers.
class RecordWriter {
 public:
  explicit RecordWriter(const RecordNames& names);

  // Sets where the records that follow come from. Of it they have what is not empty.
  void begin(const penstock_batch& origin);

  enum class Kind { system_line, passed_through, wrapped };
  // Appends the record that becomes of an event; any bytes do.
  Kind append(std::string& out, const penstock_record& event);

 private:
  void append_line(std::string& out, const LambdaLine& line, const penstock_record& event) const;
  void append_object(std::string& out, std::string_view text, const LambdaLine* around,
                     const penstock_record& event);
  void append_object_members(std::string& out, std::string_view text) const;

  std::string timestamp_name_;  // as JSON, with its quotes
  std::string source_name_;
  std::string source_;  // of the batch: ,"source":{...} as JSON; empty where nothing is known
  JsonObject object_;
};

}  // namespace penstock
