// The parts of the grammar of lambda_line.h, one per .cc file. REQUIRES: texts are not empty and have no blanks at
// either end, unless a function's comment says otherwise; line.message is the whole text.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/text.h"
#include "core/logs/lambda/lambda_line.h"

namespace penstock::logs::grammar {

// lambda_system_line.cc: the lines of Lambda itself, except timeouts. Returns false, with line unchanged, for any
// other text.
bool read_system_line(std::string_view text, LambdaLine& line);

// lambda_fault.cc: how a function ended. The readers return false, with line unchanged, for any other text. A
// timeout is exactly "Task timed out after 3.00 seconds".
bool read_fault(std::string_view text, LambdaLine& line);
bool read_timeout(std::string_view text, LambdaLine& line);
// Returns whether the status is that of a failure. A report with such a status counts as failed.
bool is_failure(std::string_view status);

// The launch error of a container image.
bool read_launch_error(std::string_view text, LambdaLine& line);

// lambda_application_line.cc: the columns that the runtimes write before the application's text.
void read_application_line(std::string_view text, LambdaLine& line);
// Returns the level that a runtime means by a word of its level column, such as .NET's "fail"; empty if unknown.
std::string_view runtime_level(std::string_view word);
// Returns whether text may be a request id if its place marks it as one: emulators do not use UUIDs.
bool is_request_id(std::string_view text);

// lambda_logger_line.cc: levels of loggers that write no columns of a runtime. Leaves line unchanged if it finds
// none.
void look_for_logger_level(std::string_view text, LambdaLine& line);

// lambda_logger_prefix.cc: the same for a line that begins with a time or a bracket.
struct LoggerLevel {
  std::string_view level;           // empty: none
  std::string_view timestamp = {};  // if the line begins with one for a record
};
LoggerLevel read_logger_prefix(std::string_view text);

// lambda_key_values.cc: a line of key=value pairs that has a level. Returns false, with line unchanged, for any
// other text.
bool read_pairs_line(std::string_view text, LambdaLine& line);
// The ids of the request in requestId="..." and xrayTraceId="...".
void look_for_request_id(std::string_view text, LambdaLine& line);

// lambda_unhandled_error.cc: unhandled errors, as the runtimes report them. Each function leaves line unchanged if
// it finds none. The texts of Python, Node.js and .NET are what follows the level, and may be empty.
void look_for_python_error(std::string_view text, LambdaLine& line);
void look_for_node_error(std::string_view text, LambdaLine& line);
void look_for_dotnet_error(std::string_view text, LambdaLine& line);
void look_for_other_error(std::string_view text, LambdaLine& line);
void look_for_trace(std::string_view text, LambdaLine& line);
// Returns whether text may be the name of a class, in the forms of .NET, Java and Ruby too: A.B+C, a.B$C,
// Function<KeyError>.
bool is_error_type(std::string_view text);

// lambda_crash.cc: how a crashed process says so. Such a line is an error, but not the report of an invocation.
bool says_crash(std::string_view text);
// The same for Swift, whose lines begin with the name of a file.
bool says_swift_crash(std::string_view text);
// Returns whether the first line ends as PHP's messages do: "in FILE on line 3".
bool is_at_php_line(std::string_view text);

// lambda_runtime_message.cc: the level in what a runtime or a tool says itself, without a logger; empty if
// unknown. It points into text, or to a constant.
std::string_view runtime_message_level(std::string_view text);

// What FPM, PHP's process manager, writes before a message of PHP.
inline constexpr std::string_view kFpmMessage = "NOTICE: PHP message: ";
// What Python writes before the frames of an exception.
inline constexpr std::string_view kTraceback = "Traceback (most recent call last)";

// The text before the request id in the lines of Lambda itself.
inline constexpr std::string_view kRequestId = "RequestId:";

inline bool is_one_of(std::string_view word, const auto& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// A character of a logger's name, or of a key in key=value.
inline bool is_logger_name_character(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-';
}

inline size_t logger_name_size(std::string_view text) {
  size_t at = 0;
  while (at < text.size() && is_logger_name_character(text[at])) ++at;
  return at;
}

// Marks the line as a failure; sets the type of its error if it is known.
inline void set_failure(LambdaEvent event, std::string_view error_type, LambdaLine& line) {
  line.event = event;
  line.failed = true;
  line.set(LambdaField::error_type, error_type);
}

}  // namespace penstock::logs::grammar
