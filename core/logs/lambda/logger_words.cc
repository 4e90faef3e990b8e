#include "core/logs/lambda/logger_words.h"

#include <array>

#include "core/logs/lambda/lambda_grammar.h"
#include "core/logs/lambda/level.h"

namespace penstock::logs::grammar {

namespace {

// Levels that loggers cut, in capitals: Serilog and zerolog to three letters, logrus to four.
std::string_view abbreviated_level(std::string_view word) {
  struct Abbreviation {
    std::string_view written;
    std::string_view level;
  };
  static constexpr std::array kAbbreviations = {
      Abbreviation{"INF", "INFO"},   Abbreviation{"ERR", "ERROR"},   Abbreviation{"WRN", "WARN"},
      Abbreviation{"DBG", "DEBUG"},  Abbreviation{"FTL", "FATAL"},   Abbreviation{"TRC", "TRACE"},
      Abbreviation{"PNC", "PANIC"},  Abbreviation{"VRB", "VERBOSE"}, Abbreviation{"ERRO", "ERROR"},
      Abbreviation{"DEBU", "DEBUG"}, Abbreviation{"FATA", "FATAL"},  Abbreviation{"TRAC", "TRACE"},
      Abbreviation{"PANI", "PANIC"}};
  if (word.size() > 4) return {};
  for (const Abbreviation& abbreviation : kAbbreviations)
    if (word == abbreviation.written) return abbreviation.level;
  return {};
}

}  // namespace

std::string_view level_of(std::string_view word, Letters letters) {
  constexpr size_t kMinBytes = 3;
  constexpr size_t kMaxBytes = 13;
  if (word.size() < kMinBytes || word.size() > kMaxBytes) return {};
  if (letters == Letters::capitals && !is_in(word, 'A', 'Z')) return {};
  if (letters == Letters::lowercase && !is_in(word, 'a', 'z')) return {};
  // These are .NET's and java.util.logging's, and words of prose.
  for (const std::string_view prose : {"FAIL", "FINE", "CONFIG"})
    if (equal_without_case(word, prose)) return {};
  if (const std::string_view level = abbreviated_level(word); !level.empty()) return level;
  return normalized_level(word).empty() ? std::string_view() : word;
}

bool is_lowercase_level(std::string_view word) {
  static constexpr std::array<std::string_view, 8> kWords = {"info",    "error",   "warn",  "debug",
                                                             "verbose", "warning", "trace", "fatal"};
  return is_one_of(word, kWords);
}

std::string_view dotnet_console_level(std::string_view word, std::string_view after) {
  constexpr size_t kMaxCategoryBytes = 128;
  if (word.size() != 4 || !after.starts_with(": ")) return {};
  after = after.substr(2, kMaxCategoryBytes);
  const size_t open = after.substr(0, after.find_first_of(" \t\r\n")).find('[');
  if (open == std::string_view::npos || open == 0 || open + 1 == after.size() || !is_digit(after[open + 1]))
    return {};
  return runtime_level(word);
}

bool is_go_place(std::string_view word) {
  if (word.ends_with(':')) word.remove_suffix(1);
  if (word.empty() || !is_digit(word.back())) return false;
  const size_t digits = word.find_last_not_of("0123456789") + 1;
  return word.substr(0, digits).ends_with(".go:");
}

}  // namespace penstock::logs::grammar
