// How a function ended, as Lambda itself reports it: a timeout, an exited runtime, or an error.
#include "base/json_number.h"
#include "base/scan.h"
#include "core/logs/lambda/lambda_grammar.h"

namespace penstock::logs::grammar {

namespace {

// Returns whether name is one that Lambda itself uses for errors.
bool is_lambda_error(std::string_view name) {
  return scan::is_name(name) && (name.starts_with("Runtime.") || name.starts_with("Extension.") ||
                                 name.starts_with("Sandbox.") || name.starts_with("Function."));
}

// Returns the error's name: the second line, or the last word of the first line, perhaps in brackets.
std::string_view error_type_of(std::string_view text) {
  const std::string_view first = scan::first_line(text);
  const std::string_view second = scan::first_line(trim(text.substr(first.size())));
  // Ruby's are "Init<LoadError>".
  if (scan::is_name(second) || (second.ends_with('>') && is_error_type(second))) return second;
  const size_t blank = first.rfind(' ');
  std::string_view last = blank == std::string_view::npos ? std::string_view() : first.substr(blank + 1);
  if (last.starts_with('[') && last.ends_with(']')) last = last.substr(1, last.size() - 2);
  return is_lambda_error(last) ? last : std::string_view();
}

// Returns whether text is prefix alone, except for what error_type_of() reads.
bool says_only(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  const std::string_view after = scan::trim_front(text.substr(prefix.size()));
  return after.empty() || after[0] == '\n' || after[0] == '\r' || !error_type_of(text).empty();
}

bool says_exit(std::string_view text) {
  return text.starts_with("Runtime exited with error: ") ||
         says_only(text, "Runtime exited without providing a reason") ||
         says_only(text, "Process exited before completing request");
}

}  // namespace

bool is_failure(std::string_view status) {
  return status == "error" || status == "timeout" || status == "failure";
}

bool read_timeout(std::string_view text, LambdaLine& line) {
  if (!scan::take(text, "Task timed out after ")) return false;
  const std::string_view seconds = scan::take_word(text);
  if (!is_json_number(seconds) || trim(text) != "seconds") return false;
  set_failure(LambdaEvent::timeout, {}, line);
  line.set(LambdaField::timeout_seconds, seconds);
  return true;
}

// "IMAGE Launch error: ... Entrypoint: [..] Cmd: [..] WorkingDir: [..]".
bool read_launch_error(std::string_view text, LambdaLine& line) {
  constexpr std::string_view kImage = "IMAGE";
  if (!text.starts_with(kImage) || text.size() == kImage.size() || !is_space_or_tab(text[kImage.size()]))
    return false;
  scan::take(text, kImage);
  if (!scan::take(text, "Launch error:")) return false;
  const size_t entrypoint = text.find("Entrypoint: [");
  if (entrypoint == std::string_view::npos || text.find("Cmd: [", entrypoint) == std::string_view::npos)
    return false;
  set_failure(LambdaEvent::error, {}, line);
  return true;
}

// "RequestId: <id> Error: Runtime exited ..." and similar lines.
bool read_fault(std::string_view text, LambdaLine& line) {
  std::string_view request_id;
  if (scan::take(text, kRequestId)) request_id = scan::take_word(text);
  const bool is_error = !request_id.empty() && scan::take(text, "Error:");
  if (is_error && read_timeout(text, line)) {
    // read_timeout() has set everything.
  } else if (says_exit(text)) {
    set_failure(LambdaEvent::exit, error_type_of(text), line);
  } else if ((is_error && (scan::is_uuid(request_id) || is_lambda_error(error_type_of(text)))) ||
             says_only(text, "Unknown application error occurred")) {
    set_failure(LambdaEvent::error, error_type_of(text), line);
  } else {
    return false;
  }
  line.set(LambdaField::request_id, request_id);
  return true;
}

}  // namespace penstock::logs::grammar
