// The grammar of the lines that Lambda and its runtimes write. It reads what a message says, without changing it.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/logs/lambda/iso_timestamp.h"

namespace penstock::logs {

// The kind of a line; none: a line of the application.
enum class LambdaEvent : uint8_t {
  none,
  start,
  end,
  report,
  init_start,
  init_report,
  restore_start,
  restore_report,
  extension,
  telemetry,
  logs,
  xray,
  timeout,
  exit,
  error,
  logs_dropped,
  // Of Web Functions.
  invoke_start,
  request_complete,
  invoke_summary,
  invoke_report,
  spin_down_start,
  spin_down_report,
};
inline constexpr size_t kLambdaEventCount = static_cast<size_t>(LambdaEvent::spin_down_report) + 1;

// The fields of a line, in the order in which they are written.
enum class LambdaField : uint8_t {
  request_id,
  version,
  duration_ms,
  billed_duration_ms,
  memory_size_mb,
  max_memory_used_mb,
  init_duration_ms,
  restore_duration_ms,
  billed_restore_duration_ms,
  status,
  error_type,
  timeout_seconds,
  phase,
  runtime_version,
  runtime_version_arn,
  extension_name,
  extension_state,
  tenant_id,
  xray_trace_id,
  xray_segment_id,
  xray_sampled,
};
inline constexpr size_t kLambdaFieldCount = static_cast<size_t>(LambdaField::xray_sampled) + 1;

enum class FieldKind : uint8_t { text, number, boolean };
FieldKind kind_of(LambdaField field);

// A line as read. Views point into the message, or to constants.
struct LambdaLine {
  LambdaEvent event = LambdaEvent::none;
  bool failed = false;                     // if no level is written, it is ERROR instead of INFO
  bool returns_are_line_ends = false;      // \r in message means \n
  bool error_type_is_escaped = false;      // the type is the inside of a JSON string
  bool message_may_be_the_record = false;  // if message is a JSON object, it is the record itself
  SecondsFraction timestamp_fraction = SecondsFraction::decimals;
  std::string_view timestamp;  // see iso_timestamp.h; may lack the Z; empty: none
  std::string_view level;      // as written, but with .NET's four letters spelled out; empty: none
  std::string_view message;    // without white space at either end

  // Returns the field; empty if it is not set.
  std::string_view operator[](LambdaField field) const {
    return has(field) ? std::string_view(at(field).data, at(field).size) : std::string_view();
  }
  bool has(LambdaField field) const { return (set_ & bit(field)) != 0; }
  // Sets a field unless it already has a value, or its kind does not allow this one. A number must be valid JSON
  // that JSON readers can represent; a boolean must be true or false.
  void set(LambdaField field, std::string_view value);
  void unset(LambdaField field) { set_ &= ~bit(field); }
  void unset_all() { set_ = 0; }
  // Returns whether the line has anything for the "lambda" member of the record.
  bool says_anything() const { return event != LambdaEvent::none || set_ != 0; }
  // Calls visit(field, value) for each field that is set, in the order of LambdaField.
  template <class Visit>
  void for_each_field(Visit visit) const {
    for (uint32_t left = set_; left != 0; left &= left - 1) {
      const auto field = static_cast<LambdaField>(std::countr_zero(left));
      visit(field, (*this)[field]);
    }
  }

 private:
  // Not a string_view, so that a line costs nothing for fields that it does not have.
  struct Value {
    const char* data;
    size_t size;
  };
  static constexpr uint32_t bit(LambdaField field) { return uint32_t{1} << static_cast<uint32_t>(field); }
  const Value& at(LambdaField field) const { return fields_[static_cast<size_t>(field)]; }

  uint32_t set_ = 0;
  std::array<Value, kLambdaFieldCount> fields_;  // initialized only if the bit in set_ is set
};

// Reads a message of arbitrary bytes, in time linear in its size.
LambdaLine read_lambda_line(std::string_view message);

}  // namespace penstock::logs
