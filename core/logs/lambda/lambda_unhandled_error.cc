// Unhandled errors, as the runtimes print them.
#include <array>

#include "base/scan.h"
#include "core/logs/lambda/lambda_grammar.h"

namespace penstock::logs::grammar {

namespace {

constexpr std::string_view kTraceback = "Traceback (most recent call last)";

constexpr size_t kMaxErrorTypeBytes = 256;

// Returns whether text may be the name of a class, in the forms of .NET, Java and Ruby too: A.B+C, a.B$C,
// Function<KeyError>.
bool is_error_type(std::string_view text) {
  if (text.empty() || text.size() > kMaxErrorTypeBytes) return false;
  for (const char c : text)
    if (!is_letter(c) && !is_digit(c) && std::string_view("._$+<>:`").find(c) == std::string_view::npos)
      return false;
  return is_letter(text[0]) || text[0] == '_';
}

// Returns whether a name is recognizably that of an error.
bool says_error(std::string_view name) {
  if (name == "Error") return false;  // an ordinary word
  if (name.starts_with("Runtime.")) return true;
  for (const std::string_view word : {"Error", "Exception"})
    if (name.find(word) != std::string_view::npos) return true;
  for (const std::string_view end : {"Warning", "Interrupt", "Exit", "Iteration", "Timeout", "Fault"})
    if (name.size() > end.size() && name.ends_with(end)) return true;
  return false;
}

// Returns the value of "errorType" in text that looks like a JSON object. Not a JSON parser: handles only the
// names that runtimes write there.
std::string_view error_type_member(std::string_view text) {
  constexpr size_t kMaxBytes = 4096;
  constexpr std::string_view kName = "\"errorType\"";
  text = text.substr(0, kMaxBytes);
  const size_t found = text.find(kName);
  if (found == std::string_view::npos) return {};
  std::string_view value = scan::trim_front(text.substr(found + kName.size()));
  if (!scan::take(value, ":") || !scan::take(value, "\"")) return {};
  value = value.substr(0, value.find('"'));
  return is_error_type(value) ? value : std::string_view();
}

// Looks for "text: Type" followed by a stack trace, as in Java, .NET before 6 and Python before 3.7.
void look_for_trace(std::string_view text, LambdaLine& line) {
  const size_t line_end = text.find('\n');
  if (line_end == std::string_view::npos) return;
  const std::string_view first = trim(text.substr(0, line_end));
  const size_t colon = first.rfind(": ");
  if (colon == std::string_view::npos) return;
  const std::string_view type = first.substr(colon + 2);
  if (!is_error_type(type) || !says_error(type)) return;
  const std::string_view trace = scan::skip_blanks(text.substr(line_end));
  if (trace.starts_with("at ") || trace.starts_with(kTraceback) || trace.starts_with(type))
    set_failure(LambdaEvent::error, type, line);
}

// Ruby: prose on its own line, then the error as JSON.
bool look_for_ruby_error(std::string_view text, LambdaLine& line) {
  for (const std::string_view prose : {"Error raised from handler method", "Critical exception from handler"}) {
    if (!text.starts_with(prose)) continue;
    const std::string_view after = text.substr(prose.size());
    const std::string_view json = scan::skip_blanks(after);
    if (!after.empty() && (json.size() == after.size() || !json.starts_with('{'))) continue;
    set_failure(LambdaEvent::error, error_type_member(json), line);
    return true;
  }
  return false;
}

}  // namespace

// "Type: text", or "Type" alone before a traceback. Any sentence may begin with a word and a colon, so without a
// traceback the word must be the name of an error.
void look_for_python_error(std::string_view text, LambdaLine& line) {
  const std::string_view type = text.substr(0, scan::name_size(text));
  const std::string_view after = text.substr(type.size());
  if (type.empty()) return;
  const bool has_traceback = scan::skip_blanks(text.substr(scan::first_line(text).size())).starts_with(kTraceback);
  const bool has_text = after.starts_with(':') && (after.size() == 1 || is_blank(after[1]));
  const bool is_alone = trim(scan::first_line(text)) == type;
  if (!(has_text && (has_traceback || says_error(type))) && !(is_alone && has_traceback)) return;
  set_failure(LambdaEvent::error, type, line);
  line.returns_are_line_ends = true;
}

// Prose, blanks and the error as JSON. Before Node 10, the JSON alone and no level.
void look_for_node_error(std::string_view text, LambdaLine& line) {
  if (text.empty() || (text[0] != 'U' && text[0] != 'I' && text[0] != '{')) return;
  if (line.level.empty() && text.starts_with("{\"errorMessage\":")) {
    if (const std::string_view type = error_type_member(text); !type.empty())
      set_failure(LambdaEvent::error, type, line);
    return;
  }
  for (const std::string_view prose : {"Uncaught Exception", "Unhandled Promise Rejection", "Invoke Error"}) {
    if (!text.starts_with(prose)) continue;
    const std::string_view json = scan::skip_blanks(text.substr(prose.size()));
    if (json.starts_with('{')) set_failure(LambdaEvent::error, error_type_member(json), line);
    return;
  }
}

void look_for_other_error(std::string_view text, LambdaLine& line) {
  constexpr std::string_view kWarning = "LAMBDA_WARNING: ";
  if (text.starts_with(kWarning)) {
    line.returns_are_line_ends = true;
    if (text.substr(kWarning.size()).starts_with("Unhandled exception"))
      set_failure(LambdaEvent::error, error_type_member(text), line);
    else
      line.level = "WARNING";
  } else if (!look_for_ruby_error(text, line)) {
    look_for_trace(text, line);
  }
}

}  // namespace penstock::logs::grammar
