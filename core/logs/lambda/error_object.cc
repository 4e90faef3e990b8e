#include "core/logs/lambda/error_object.h"

#include "core/logs/lambda/lambda_grammar.h"

namespace penstock::logs {

void ErrorObject::take_text(std::string_view name, std::string_view text) {
  if (name == "errorType") type_ = text;
  if (name == "log_level") log_level_ = text;
  if (name == "requestId") request_id_ = text;
  if (name == "message") is_message_empty_ = text.empty();
}

// Returns the type of the error; empty if the object is not an unhandled error.
std::string_view ErrorObject::find_type(std::string_view level) const {
  const bool is_node = type_in_message_.starts_with("Runtime.");
  if (is_node) return type_in_message_;
  if (has_message_ && !is_message_empty_) return {};
  const bool is_python = has_error_message_ && !log_level_.empty();
  const bool is_dotnet = has_message_ && has_stack_trace_ && !level.empty();
  const bool is_runtime = has_error_message_ && !has_others_;
  return is_python || is_dotnet || is_runtime ? type_ : std::string_view();
}

bool ErrorObject::read(std::string_view level, LambdaLine& line) const {
  const std::string_view type = find_type(level);
  if (type.empty()) return false;
  line = {};
  line.level = level.empty() ? log_level_ : level;
  line.set(LambdaField::request_id, request_id_);
  grammar::set_failure(LambdaEvent::error, type, line);
  return true;
}

}  // namespace penstock::logs
