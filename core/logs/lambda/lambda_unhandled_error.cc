// Unhandled errors, as the runtimes print them.
#include <array>

#include "base/scan.h"
#include "core/logs/lambda/lambda_grammar.h"
#include "core/logs/lambda/logger_time.h"
#include "core/logs/lambda/logger_words.h"

namespace penstock::logs::grammar {

namespace {

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

// Returns the value of "errorType" in text that looks like a JSON object. Not a JSON parser: returns only a text
// without quotes in it, with its escapes.
std::string_view text_of_error_type(std::string_view text) {
  constexpr std::string_view kName = "\"errorType\"";
  const size_t found = text.find(kName);
  if (found == std::string_view::npos) return {};
  std::string_view value = scan::trim_front(text.substr(found + kName.size()));
  if (!scan::take(value, ":") || !scan::take(value, "\"")) return {};
  return value.substr(0, value.find('"'));
}

// Returns the same if it is a type without escapes, as all runtimes but PHP write it.
std::string_view error_type_member(std::string_view text) {
  const std::string_view value = text_of_error_type(text);
  return is_error_type(value) ? value : std::string_view();
}

// PHP's types have namespaces, A\B, which JSON writes as A\\B.
void set_namespaced_type(std::string_view text, LambdaLine& line) {
  const std::string_view type = text_of_error_type(text);
  std::string_view rest = type;
  while (!rest.empty()) {
    const size_t size = scan::name_size(rest);
    if (size == 0) return;
    rest.remove_prefix(size);
    if (rest.empty()) break;
    if (!rest.starts_with("\\\\")) return;
    rest.remove_prefix(2);
  }
  line.set(LambdaField::error_type, type);
  line.error_type_is_escaped = true;
}

// Ruby: prose on its own line, perhaps with the name of the handler, then the error as JSON.
bool look_for_ruby_error(std::string_view text, LambdaLine& line) {
  constexpr std::string_view kInit = "Init error when loading handler";
  if (text[0] != 'E' && text[0] != 'C' && text[0] != 'I') return false;
  for (const std::string_view prose : {std::string_view("Error raised from handler method"),
                                       std::string_view("Critical exception from handler"), kInit}) {
    if (!text.starts_with(prose)) continue;
    std::string_view after = text.substr(prose.size());
    if (prose == kInit && after.starts_with(' ')) {
      const std::string_view handler = scan::word(after.substr(1));
      if (handler.find('.') == std::string_view::npos) continue;
      after.remove_prefix(1 + handler.size());
    }
    const std::string_view json = scan::skip_blanks(after);
    if (!after.empty() && (json.size() == after.size() || !json.starts_with('{'))) continue;
    set_failure(LambdaEvent::error, error_type_member(json), line);
    return true;
  }
  return false;
}

// Go: log.Printf("%s", error as JSON), "2026/09/14 22:25:42 {...}".
bool look_for_go_error(std::string_view text, LambdaLine& line) {
  constexpr size_t kMaxPlaceBytes = 256;
  const size_t time_size = go_time_size(text);
  if (time_size == 0) return false;
  std::string_view rest = scan::trim_front(text.substr(time_size));
  if (!rest.ends_with('}')) return false;
  if (const std::string_view word = scan::word(rest.substr(0, kMaxPlaceBytes)); is_go_place(word))
    rest = scan::trim_front(rest.substr(word.size()));  // with the flag Lshortfile or Llongfile
  if (!rest.starts_with("{\"errorMessage\":")) return false;
  const std::string_view type = error_type_member(rest);
  if (type.empty()) return false;
  set_failure(LambdaEvent::error, type, line);
  return true;
}

// PHP, by Bref: the request id, "Invoke Error" and the error as JSON.
bool look_for_bref_error(std::string_view text, LambdaLine& line) {
  constexpr size_t kUuidSize = 36;
  const std::string_view id = text.substr(0, kUuidSize);
  if (text.size() <= kUuidSize || !is_space_or_tab(text[kUuidSize]) || !scan::is_uuid(id)) return false;
  std::string_view rest = scan::trim_front(text.substr(kUuidSize));
  if (!scan::take(rest, "Invoke Error")) return false;
  rest = scan::skip_blanks(rest);
  if (!rest.starts_with('{')) return false;
  line.set(LambdaField::request_id, id);
  set_failure(LambdaEvent::error, error_type_member(rest), line);
  if (!line.has(LambdaField::error_type)) set_namespaced_type(rest, line);
  return true;
}

// Returns the type in a line "[ERROR] Type: text" of a text with several; empty if it has none.
std::string_view type_in_error_line(std::string_view text) {
  constexpr std::string_view kLevel = "[ERROR] ";
  for (size_t at = 0; (at = text.find(kLevel, at)) != std::string_view::npos; at += kLevel.size()) {
    if (at == 0 || (text[at - 1] != '\n' && text[at - 1] != '\r')) continue;
    const std::string_view error = text.substr(at + kLevel.size());
    const std::string_view type = error.substr(0, scan::name_size(error));
    const std::string_view after = error.substr(type.size());
    if (after.empty() || after[0] == ':' || is_blank(after[0])) return type;
  }
  return {};
}

}  // namespace

bool is_error_type(std::string_view text) {
  constexpr size_t kMaxBytes = 256;
  if (text.empty() || text.size() > kMaxBytes) return false;
  for (const char c : text)
    if (!is_letter(c) && !is_digit(c) && std::string_view("._$+<>:`").find(c) == std::string_view::npos)
      return false;
  return is_letter(text[0]) || text[0] == '_';
}

// Looks for "text: Type" followed by a stack trace, as in Java, .NET before 6 and Python before 3.7.
void look_for_trace(std::string_view text, LambdaLine& line) {
  const size_t line_end = text.find('\n');
  if (line_end == std::string_view::npos) return;
  const std::string_view first = trim(text.substr(0, line_end));
  const size_t colon = first.rfind(": ");
  if (colon == std::string_view::npos) return;
  std::string_view type = first.substr(colon + 2);
  scan::take(type, "class ");  // Java 8, if it cannot load the handler
  if (!is_error_type(type) || type.ends_with(':') || !says_error(type)) return;
  const std::string_view trace = scan::skip_blanks(text.substr(line_end));
  if (trace.starts_with("at ") || trace.starts_with(kTraceback) || trace.starts_with(type))
    set_failure(LambdaEvent::error, type, line);
}

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

// "System.X: text", perhaps of many lines, then inner errors and the stack trace.
void look_for_dotnet_error(std::string_view text, LambdaLine& line) {
  const std::string_view word = scan::word(text);
  const size_t colon = word.ends_with(':') ? word.size() - 1 : std::string_view::npos;
  if (colon == std::string_view::npos && text.size() == word.size()) return;
  const std::string_view type = word.substr(0, colon);
  if (!is_error_type(type) || type.find('.') == std::string_view::npos || !says_error(type)) return;
  for (const std::string_view trace : {"\n   at ", "\n ---> "})
    if (text.find(trace) != std::string_view::npos) return set_failure(LambdaEvent::error, type, line);
}

void look_for_other_error(std::string_view text, LambdaLine& line) {
  constexpr std::string_view kWarning = "LAMBDA_WARNING: ";
  if (text.starts_with(kWarning)) {
    line.returns_are_line_ends = true;
    if (text.substr(kWarning.size()).starts_with("Unhandled exception")) {
      const std::string_view type = error_type_member(text);
      set_failure(LambdaEvent::error, type.empty() ? type_in_error_line(text) : type, line);
    } else {
      line.level = "WARNING";
    }
    return;
  }
  if (text[0] == 'U') look_for_node_error(text, line);  // before Node.js knows the columns
  const bool is_found = line.failed || (is_digit(text[0]) && look_for_go_error(text, line));
  if (is_found || look_for_bref_error(text, line) || look_for_ruby_error(text, line)) return;
  line.failed = says_crash(text);
}

}  // namespace penstock::logs::grammar
