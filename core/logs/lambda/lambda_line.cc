#include "core/logs/lambda/lambda_line.h"

#include "base/json_number.h"
#include "base/scan.h"
#include "core/logs/lambda/lambda_grammar.h"

namespace penstock::logs {

namespace {

constexpr std::string_view kUndefined = "undefined";  // Node's request id outside a request

}  // namespace

FieldKind kind_of(LambdaField field) {
  switch (field) {
    case LambdaField::duration_ms:
    case LambdaField::billed_duration_ms:
    case LambdaField::memory_size_mb:
    case LambdaField::max_memory_used_mb:
    case LambdaField::init_duration_ms:
    case LambdaField::restore_duration_ms:
    case LambdaField::billed_restore_duration_ms:
    case LambdaField::timeout_seconds:
      return FieldKind::number;
    case LambdaField::xray_sampled:
      return FieldKind::boolean;
    default:
      return FieldKind::text;
  }
}

void LambdaLine::set(LambdaField field, std::string_view value) {
  if (value.empty() || has(field)) return;
  const FieldKind kind = kind_of(field);
  if (kind == FieldKind::number && !is_portable_json_number(value)) return;
  if (kind == FieldKind::boolean && value != "true" && value != "false") return;
  if (field == LambdaField::request_id && value == kUndefined) return;
  fields_[static_cast<size_t>(field)] = {value.data(), value.size()};
  set_ |= bit(field);
}

LambdaLine read_lambda_line(std::string_view message) {
  LambdaLine line;
  line.message = trim(message);
  if (!line.message.empty() && !grammar::read_system_line(line.message, line))
    grammar::read_application_line(line.message, line);
  return line;
}

}  // namespace penstock::logs
