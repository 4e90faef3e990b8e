// How a process says that it crashes, in Go, Rust, Java, .NET, PHP, and the native client of the runtimes.
#include "base/scan.h"
#include "core/logs/lambda/lambda_grammar.h"

namespace penstock::logs::grammar {

namespace {

bool has_text_after(std::string_view text, std::string_view prefix) {
  return text.size() > prefix.size() && text.starts_with(prefix);
}

// "thread 'main' panicked at", since Rust 1.91 "thread 'main' (12) panicked at".
bool says_rust_panic(std::string_view text) {
  constexpr std::string_view kThread = "thread '";
  constexpr size_t kMaxNameBytes = 128;
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
  return text.starts_with("panicked at");
}

// "Exception in thread "main" java.lang.X".
bool says_java_crash(std::string_view text) {
  constexpr std::string_view kThread = "Exception in thread \"";
  constexpr size_t kMaxNameBytes = 256;
  if (!text.starts_with(kThread)) return false;
  text.remove_prefix(kThread.size());
  const size_t quote = text.substr(0, kMaxNameBytes).find("\" ");
  return quote != std::string_view::npos && scan::name_size(text.substr(quote + 2)) > 0;
}

// "Unhandled exception. System.X: text", before .NET Core 3 "Unhandled Exception: System.X: text".
bool says_dotnet_crash(std::string_view text) {
  if (!scan::take(text, "Unhandled exception. ") && !scan::take(text, "Unhandled Exception: ")) return false;
  const std::string_view type = scan::word(text);
  const bool is_name = type.find('.') != std::string_view::npos || type.ends_with("Exception:");
  return is_name && type.ends_with(':') && is_error_type(type);
}

}  // namespace

bool says_crash(std::string_view text) {
  switch (text[0]) {
    case 'p':
      return has_text_after(text, "panic: ");
    case 'f':
      return has_text_after(text, "fatal error: ");  // Go's runtime
    case 't':
      return says_rust_panic(text);
    case 'E':
      return says_java_crash(text);
    case 'U':
      return says_dotnet_crash(text);
    case 'L':
      return has_text_after(text, "LAMBDA_RUNTIME Failed to ");
    case 'F':
      return has_text_after(text, "Fatal error: Uncaught ");
    case 'P':
      return has_text_after(text, "PHP Fatal error: ") || has_text_after(text, "PHP Parse error: ");
    default:
      return false;
  }
}

}  // namespace penstock::logs::grammar
