// The object that a runtime writes for an unhandled error in JSON mode. It gives the same facts as the error's
// text.
#pragma once

#include <string_view>

#include "core/logs/lambda/lambda_line.h"

namespace penstock::logs {

// A reader of the members of one object, which decides after the last one whether the object is such an error. An
// application may log an error with the same members, so each form has a mark that a logger does not write:
//
//   Python          errorType, errorMessage and log_level instead of level
//   Ruby, Go        errorType, errorMessage and nothing that a runtime does not add
//   .NET            errorType, stackTrace and a message that is empty
//   Node.js         a message that is an object with an errorType of the runtime, "Runtime.X"
class ErrorObject {
 public:
  // Takes the name of a member of the object.
  void take_member(std::string_view name) {
    switch (name.size()) {
      case 5:
        has_others_ = has_others_ || (name != "cause" && name != "stack" && name != "trace");
        return;
      case 7:
        has_message_ = has_message_ || name == "message";
        has_others_ = true;
        return;
      case 8:
        has_others_ = has_others_ || name != "location";
        return;
      case 9:
        has_others_ = has_others_ ||
                      (name != "errorType" && name != "log_level" && name != "requestId" && name != "timestamp");
        return;
      case 10:
        (name == "stackTrace" ? has_stack_trace_ : has_others_) = true;
        return;
      case 12:
        (name == "errorMessage" ? has_error_message_ : has_others_) = true;
        return;
      default:
        has_others_ = true;
    }
  }

  // Takes the value of a member that is a string. text must outlive the line of read().
  void take_text(std::string_view name, std::string_view text);
  // Takes the same of a member of the object "message".
  void take_text_in_message(std::string_view name, std::string_view text) {
    if (name == "errorType") type_in_message_ = text;
  }

  // Returns whether the object is an unhandled error. Then replaces line with its facts. level: the object's own.
  bool read(std::string_view level, LambdaLine& line) const;

 private:
  std::string_view find_type(std::string_view level) const;

  bool has_error_message_ = false;
  bool has_stack_trace_ = false;
  bool has_message_ = false;
  bool is_message_empty_ = false;
  bool has_others_ = false;
  std::string_view type_;
  std::string_view type_in_message_;
  std::string_view log_level_;
  std::string_view request_id_;
};

}  // namespace penstock::logs
