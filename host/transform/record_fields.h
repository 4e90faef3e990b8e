// The facts that a record of filter lambda_logs, with its default schema, states about itself and an invocation.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace penstock::host {

// The level of the record, and members of its object lambda.
enum class RecordField : size_t {
  level,
  event,
  request_id,
  error_type,
  status,
  duration_ms,
  billed_duration_ms,
  memory_size_mb,
  max_memory_used_mb,
  init_duration_ms,
  restore_duration_ms,
  timeout_seconds,
};
constexpr size_t kRecordFields = static_cast<size_t>(RecordField::timeout_seconds) + 1;

class RecordFields {
 public:
  // Reads another record. Returns false, with all fields empty, if it is not a JSON object. Nesting uses memory,
  // not stack.
  bool read(std::string_view json);

  // Returns the first kMaxBytes of the value as written; "" if the record lacks it.
  std::string_view operator[](RecordField fact) const { return texts_[static_cast<size_t>(fact)]; }

  static constexpr size_t kMaxBytes = 256;

 private:
  std::array<std::string, kRecordFields> texts_;
};

}  // namespace penstock::host
