// Levels in what the runtimes and their tools say themselves, without a logger: PHP, Node.js, Python, the JVM,
// nginx. Crashes are in lambda_crash.cc. docs/records.md has the list.
#include <array>

#include "base/scan.h"
#include "core/logs/lambda/lambda_grammar.h"
#include "core/logs/lambda/level.h"
#include "core/logs/lambda/styled_text.h"

namespace penstock::logs::grammar {

namespace {

constexpr std::string_view kWarning = "WARNING";
constexpr std::string_view kNotice = "NOTICE";

// "Warning: ", "Notice: ".
std::string_view php_word(std::string_view text) {
  if (text.starts_with("Warning: ")) return kWarning;
  if (text.starts_with("Notice: ")) return kNotice;
  return {};
}

// "PHP Warning:  text in FILE on line N"; to the output, without PHP. FPM writes "NOTICE: PHP message: " in front
// of what PHP writes to standard error. PHP itself gives "Deprecated" the priority of information, so it has no
// level: php_log_err_with_severity() in https://github.com/php/php-src/blob/master/main/main.c.
std::string_view php_level(std::string_view text) {
  if (scan::take(text, kFpmMessage)) {
    const std::string_view level = scan::take(text, "PHP ") ? php_word(text) : std::string_view();
    return level.empty() ? kNotice : level;
  }
  if (scan::take(text, "PHP ")) return php_word(text);
  const std::string_view level = php_word(text);
  return !level.empty() && is_at_php_line(text) ? level : std::string_view();
}

// Returns whether text is the name of a kind of warning and a colon, "DeprecationWarning: ".
bool begins_with_warning_type(std::string_view text) {
  const std::string_view name = styled::letters(text);
  return name.ends_with("Warning") && text.substr(name.size()).starts_with(": ");
}

// "(node:8) Warning: text", "(node:8) [DEP0005] DeprecationWarning: text".
std::string_view node_level(std::string_view text) {
  if (!scan::take(text, "(node:")) return {};
  while (!text.empty() && is_digit(text[0])) text.remove_prefix(1);
  if (!scan::take(text, ") ")) return {};
  if (text.starts_with('[')) {
    constexpr size_t kMaxCodeBytes = 64;
    const size_t close = text.substr(0, kMaxCodeBytes).find("] ");
    if (close == std::string_view::npos) return {};
    text.remove_prefix(close + 2);
  }
  return begins_with_warning_type(text) ? kWarning : std::string_view();
}

// "/var/task/app.py:3: DeprecationWarning: text", Ruby's "/var/task/app.rb:3: warning: text".
std::string_view source_level(std::string_view text) {
  const std::string_view place = scan::word(text);
  if (place.size() < 3 || !place.ends_with(':') || !is_digit(place[place.size() - 2])) return {};
  text = scan::trim_front(text.substr(place.size()));
  const bool is_python = place.find(".py:") != std::string_view::npos && begins_with_warning_type(text);
  const bool is_ruby = place.find(".rb:") != std::string_view::npos && text.starts_with("warning: ");
  return is_python || is_ruby ? kWarning : std::string_view();
}

// "OpenJDK 64-Bit Server VM warning: text".
std::string_view jvm_level(std::string_view text) {
  constexpr size_t kMaxNameBytes = 64;
  if (!text.starts_with("OpenJDK ") && !text.starts_with("Java HotSpot")) return {};
  const bool is_warning = text.substr(0, kMaxNameBytes).find(" VM warning: ") != std::string_view::npos;
  return is_warning ? kWarning : std::string_view();
}

// A level after a fixed text, and what ends it.
struct Tag {
  std::string_view before;
  std::string_view after;
};

std::string_view tagged_level(std::string_view text) {
  static constexpr std::array kTags = {Tag{"log4j:", " "}, Tag{"prisma:", " "}, Tag{"nginx: [", "] "},
                                       Tag{"Sentry Logger [", "]: "}};
  for (const Tag& tag : kTags) {
    if (!text.starts_with(tag.before)) continue;
    const std::string_view word = styled::letters(text.substr(tag.before.size()));
    const bool is_tagged = text.substr(tag.before.size() + word.size()).starts_with(tag.after);
    return is_tagged && !normalized_level(word).empty() ? word : std::string_view();
  }
  if (text.starts_with("SLF4J(W): ")) return "WARN";
  return text.starts_with("SLF4J(E): ") ? "ERROR" : std::string_view();
}

}  // namespace

std::string_view runtime_message_level(std::string_view text) {
  switch (text[0]) {
    case '(':
      return node_level(text);
    case '/':
      return source_level(text);
    case 'P':
    case 'N':
    case 'W':
      return php_level(text);
    case 'O':
      return text.starts_with("OpenBLAS WARNING - ") ? kWarning : jvm_level(text);
    case 'J':
      return jvm_level(text);
    case 'l':
    case 'p':
    case 'n':
    case 'S':
      return tagged_level(text);
    default:
      return {};
  }
}

}  // namespace penstock::logs::grammar
