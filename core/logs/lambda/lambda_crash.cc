// How a process says that it crashes, in the words of its runtime: Go, Rust, Java, Node.js, Python, .NET, PHP,
// Swift, C and C++, and the native client of Lambda's runtimes.
#include <algorithm>

#include "base/scan.h"
#include "core/logs/lambda/lambda_grammar.h"

namespace penstock::logs::grammar {

namespace {

constexpr size_t kMaxNameBytes = 256;  // of a thread, a program, or a source file with its directory

bool has_text_after(std::string_view text, std::string_view prefix) {
  return text.size() > prefix.size() && text.starts_with(prefix);
}

// Returns whether text is prefix, perhaps followed by a colon and more, or by more lines.
bool says(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return text.empty() || text[0] == ':' || text[0] == '\n' || text[0] == '\r';
}

// "fatal error: text" on one of the first lines of what Go's runtime says.
bool says_go_fatal_error(std::string_view text) {
  constexpr size_t kMaxBytes = 1024;
  return text.substr(0, kMaxBytes).find("\nfatal error: ") != std::string_view::npos;
}

// "thread 'main' panicked at", since Rust 1.91 "thread 'main' (12) panicked at".
bool says_rust_crash(std::string_view text) {
  constexpr std::string_view kThread = "thread '";
  if (!text.starts_with(kThread)) return false;
  text.remove_prefix(kThread.size());
  const size_t quote = text.substr(0, kMaxNameBytes).find("' ");
  if (quote == std::string_view::npos) return false;
  text.remove_prefix(quote + 2);
  if (text.starts_with('(')) {
    text.remove_prefix(1);
    while (!text.empty() && is_digit(text[0])) text.remove_prefix(1);
    if (!scan::take(text, ")")) return false;
  }
  return text.starts_with("panicked at") || text.starts_with("has overflowed its stack");
}

// "memory allocation of 64 bytes failed".
bool says_rust_out_of_memory(std::string_view text) {
  if (!scan::take(text, "memory allocation of ")) return false;
  const std::string_view bytes = scan::take_word(text);
  return !bytes.empty() && is_digit(bytes[0]) && text.starts_with("bytes failed");
}

// Python's "Thread-1:" or "Thread-1 (run):", before a traceback.
bool names_python_thread(std::string_view line) {
  const std::string_view name = scan::word(line);
  if (!name.starts_with("Thread")) return false;
  return name.size() == line.size() ? line.ends_with(':')
                                    : line.substr(name.size()).starts_with(" (") && line.ends_with("):");
}

// "Exception in thread "main" java.lang.X", "Exception in thread Thread-1:".
bool says_thread_crash(std::string_view text) {
  if (!scan::take(text, "Exception in thread ")) return false;
  if (!text.starts_with('"')) return names_python_thread(scan::first_line(text.substr(0, kMaxNameBytes)));
  const size_t quote = text.substr(0, kMaxNameBytes).find("\" ");
  return quote != std::string_view::npos && scan::name_size(text.substr(quote + 2)) > 0;
}

// Python's "Process Process-1:" and a traceback.
bool says_python_process_crash(std::string_view text) {
  if (!text.starts_with("Process ")) return false;
  const std::string_view first = scan::first_line(text.substr(0, kMaxNameBytes));
  return first.ends_with(':') && scan::skip_blanks(text.substr(first.size())).starts_with(kTraceback);
}

// "Unhandled exception. System.X: text", before .NET Core 3 "Unhandled Exception: System.X: text".
bool says_dotnet_crash(std::string_view text) {
  if (!scan::take(text, "Unhandled exception. ") && !scan::take(text, "Unhandled Exception: ")) return false;
  const std::string_view type = scan::word(text);
  const bool is_name = type.find('.') != std::string_view::npos || type.ends_with("Exception:");
  return is_name && type.ends_with(':') && is_error_type(type);
}

// "Fatal error: Uncaught X", "Fatal error: text in FILE on line N": PHP without its name in front.
bool says_php_crash(std::string_view text) {
  return has_text_after(text, "Fatal error: Uncaught ") ||
         ((text.starts_with("Fatal error: ") || text.starts_with("Parse error: ")) && is_at_php_line(text));
}

// "FILE:N", the source, and a caret below it: Node.js before it prints an uncaught error. Its own files are
// node:internal/X, before Node.js 16 internal/X.js.
bool says_node_crash(std::string_view text) {
  const std::string_view place = scan::word(text.substr(0, kMaxNameBytes));
  text.remove_prefix(place.size());
  if (!is_digit(place.back()) || (!text.empty() && is_space_or_tab(text[0]))) return false;
  const size_t digits = place.find_last_not_of("0123456789") + 1;
  if (digits == 0 || place[digits - 1] != ':') return false;
  if (place.starts_with("node:internal/")) return true;
  if (place.starts_with("internal/")) return place.substr(0, digits).ends_with(".js:");
  if (!scan::take(text, "\r\n") && !scan::take(text, "\n")) return false;
  text.remove_prefix(std::min(text.find('\n'), text.size()));
  return scan::skip_blanks(text).starts_with('^');
}

// "PROGRAM: error while loading shared libraries: ...", "PROGRAM: LIBRARY: version `GLIBC_2.34' not found
// (required by PROGRAM)".
bool says_loader_error(std::string_view text) {
  const std::string_view program = scan::word(text.substr(0, kMaxNameBytes));
  if (!program.ends_with(':')) return false;
  text = scan::trim_front(text.substr(program.size()));
  if (text.starts_with("error while loading shared libraries: ")) return true;
  const std::string_view library = scan::take_word(text);
  return library.ends_with(':') && text.starts_with("version `") &&
         text.substr(0, kMaxNameBytes).find("' not found (required by ") != std::string_view::npos;
}

// "*** stack smashing detected ***: terminated".
bool says_hardening_error(std::string_view text) {
  return text.starts_with("*** ") &&
         text.substr(0, kMaxNameBytes).find(" detected ***: ") != std::string_view::npos;
}

// The JVM's report: "#", and on the next line "# A fatal error has been detected by the Java Runtime
// Environment:".
bool says_jvm_crash(std::string_view text) {
  while (!text.empty() && (text[0] == '#' || is_blank(text[0]))) text.remove_prefix(1);
  return text.starts_with("A fatal error has been detected by the Java Runtime Environment");
}

}  // namespace

// "Swift/Array.swift:600: Fatal error: text".
bool says_swift_crash(std::string_view text) {
  const std::string_view place = scan::word(text.substr(0, kMaxNameBytes));
  return place.ends_with(':') && place.find(".swift:") != std::string_view::npos &&
         text.substr(place.size()).starts_with(" Fatal error");
}

bool is_at_php_line(std::string_view text) {
  const std::string_view line = scan::first_line(text);
  const size_t digits = line.find_last_not_of("0123456789");
  return digits != std::string_view::npos && digits + 1 < line.size() &&
         line.substr(0, digits + 1).ends_with(" on line ");
}

bool says_crash(std::string_view text) {
  switch (text[0]) {
    case 'p':
      return has_text_after(text, "panic: ");
    case 'f':
      return has_text_after(text, "fatal error: ") ||  // Go's runtime
             has_text_after(text, "fatal runtime error: ") || text.starts_with("free(): invalid ") ||
             (text.starts_with("file:///") && says_node_crash(text));
    case 'u':
      return text.starts_with("unexpected fault address 0x");  // Go's runtime
    case 'r':
      return text.starts_with("runtime: ") && says_go_fatal_error(text);
    case 't':
      return says_rust_crash(text) || text.starts_with("terminate called after throwing an instance of '") ||
             says(text, "terminate called without an active exception");
    case 'm':
      return says_rust_out_of_memory(text) || text.starts_with("malloc(): ");
    case 'd':
      return text.starts_with("double free or corruption (");
    case 'n':
      return text.starts_with("npm ERR! ") || (text.starts_with("node:internal/") && says_node_crash(text));
    case 'i':
      return text.starts_with("internal/") && says_node_crash(text);
    case 'j':
      return says(text, "java.lang.OutOfMemoryError");
    case 'E':
      return says_thread_crash(text) || text.starts_with("Exception: java.lang.OutOfMemoryError thrown from ") ||
             text.starts_with("Error: Could not find or load main class ") ||
             says(text, "Error occurred during initialization of VM");
    case 'T':
      return says(text, kTraceback) || text.starts_with("Terminating due to java.lang.OutOfMemoryError");
    case 'U':
      return says_dotnet_crash(text);
    case 'L':
      return has_text_after(text, "LAMBDA_RUNTIME Failed to ");
    case 'F':
      return says_php_crash(text) || has_text_after(text, "Fatal Python error: ");
    case 'N':
      return scan::take(text, kFpmMessage) && !text.empty() && text[0] == 'P' && says_crash(text);
    case 'P':
      return has_text_after(text, "PHP Fatal error: ") || has_text_after(text, "PHP Parse error: ") ||
             says_php_crash(text) || says_python_process_crash(text) ||
             text.starts_with("Process terminated. Couldn't find a valid ICU package ");  // .NET
    case 'S':
      return text == "Segmentation fault" || text == "Segmentation fault (core dumped)";
    case '/':
    case '.':
      return says_loader_error(text) || says_node_crash(text);
    case '<':
      return text.starts_with("<--- Last few GCs --->");  // Node.js without memory
    case '*':
      return says_hardening_error(text);
    case '#':
      return says_jvm_crash(text);
    default:
      return false;
  }
}

}  // namespace penstock::logs::grammar
