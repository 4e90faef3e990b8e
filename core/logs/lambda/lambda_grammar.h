// The parts of the grammar of lambda_line.h, one a .cc file. Texts have no blanks at their ends and are not empty,
// unless it is said; line.message is the whole text when they are called.
#pragma once

#include <string_view>

#include "core/logs/lambda/lambda_line.h"

namespace penstock::logs::grammar {

// lambda_system_line.cc: the lines of Lambda itself, but for the timeout's. false, with line unchanged, where text
// is none of them.
bool read_system_line(std::string_view text, LambdaLine& line);

// lambda_fault.cc: how a function ended. Those that read return false, with line unchanged, where text is no such
// line; the timeout's is "Task timed out after 3.00 seconds", and nothing behind it.
bool read_fault(std::string_view text, LambdaLine& line);
bool read_timeout(std::string_view text, LambdaLine& line);
// Whether a status is that of a failure. Then a report is one.
bool is_failure(std::string_view status);

// lambda_application_line.cc: what the runtimes put in front of the application's text.
void read_application_line(std::string_view text, LambdaLine& line);

// lambda_unhandled_error.cc: errors that nobody caught, in the words of the runtimes. Each leaves line as it is
// where it finds none. Python's and Node's texts are what stands behind the level, and may be empty.
void look_for_python_error(std::string_view text, LambdaLine& line);
void look_for_node_error(std::string_view text, LambdaLine& line);
void look_for_other_error(std::string_view text, LambdaLine& line);

// What lines of Lambda itself have before the id of the request that they are of.
inline constexpr std::string_view kRequestId = "RequestId:";

// An event that is a failure, and the type of its error where it is known.
inline void set_failure(LambdaEvent event, std::string_view error_type, LambdaLine& line) {
  line.event = event;
  line.failed = true;
  line.set(LambdaField::error_type, error_type);
}

}  // namespace penstock::logs::grammar
