// The grammar of the lines that Lambda and its runtimes write: what one message says, without changing it.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/logs/lambda/iso_timestamp.h"

namespace penstock::logs {

// What a line is about; none: a line of the application.
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
};
inline constexpr size_t kLambdaEventCount = static_cast<size_t>(LambdaEvent::error) + 1;

// What else a line may say, in the order in which it is written.
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

// Views point into the message that was read, or are constant.
struct LambdaLine {
  LambdaEvent event = LambdaEvent::none;
  bool failed = false;                     // where no level is written: ERROR, not INFO
  bool returns_are_line_ends = false;      // \r in message stands for \n
  bool message_may_be_the_record = false;  // a JSON object for a message counts as the record itself
  SecondsFraction timestamp_fraction = SecondsFraction::decimals;
  std::string_view timestamp;  // see iso_timestamp.h, perhaps without its Z; empty: none
  std::string_view level;      // as it is written, .NET's four letters spelled out; empty: none
  std::string_view message;    // without blanks and line ends at both ends

  // Empty where the field is not set.
  std::string_view operator[](LambdaField field) const {
    return has(field) ? std::string_view(at(field).data, at(field).size) : std::string_view();
  }
  bool has(LambdaField field) const { return (set_ & bit(field)) != 0; }
  // Sets a field that is not set, to a value that its kind allows: numbers as JSON writes them, if
  // its readers can hold them; true or false.
  void set(LambdaField field, std::string_view value);
  // Removes a field.
  void unset(LambdaField field) { set_ &= ~bit(field); }
  void unset_all() { set_ = 0; }
  // Whether there is anything to say under "lambda".
  bool says_anything() const { return event != LambdaEvent::none || set_ != 0; }
  // Calls visit(field, value) for each field that is set, in their order.
  template <class Visit>
  void for_each_field(Visit visit) const {
    for (uint32_t left = set_; left != 0; left &= left - 1) {
      const auto field = static_cast<LambdaField>(std::countr_zero(left));
      visit(field, (*this)[field]);
    }
  }

 private:
  // Not a string_view, so that a line costs nothing for the fields that it has not.
  struct Value {
    const char* data;
    size_t size;
  };
  static constexpr uint32_t bit(LambdaField field) { return uint32_t{1} << static_cast<uint32_t>(field); }
  const Value& at(LambdaField field) const { return fields_[static_cast<size_t>(field)]; }

  uint32_t set_ = 0;
  std::array<Value, kLambdaFieldCount> fields_;  // each has a value where its bit is in set_
};

// Reads a message of any bytes, in time linear in its size.
LambdaLine read_lambda_line(std::string_view message);

}  // namespace penstock::logs
