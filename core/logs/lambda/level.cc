#include "core/logs/lambda/level.h"

#include <array>
#include <cstddef>

#include "base/scan.h"

namespace penstock::logs {

namespace {

struct Word {
  std::string_view written;  // in capitals
  std::string_view level;
};

// Levels of Lambda's runtimes, java.util.logging, syslog, PowerShell and .NET.
constexpr std::array kWords = {
    Word{"TRACE", "TRACE"},  Word{"TRCE", "TRACE"},         Word{"VERBOSE", "TRACE"}, Word{"FINER", "TRACE"},
    Word{"FINEST", "TRACE"}, Word{"DEBUG", "DEBUG"},        Word{"DBUG", "DEBUG"},    Word{"FINE", "DEBUG"},
    Word{"CONFIG", "DEBUG"}, Word{"INFO", "INFO"},          Word{"NOTICE", "INFO"},   Word{"INFORMATION", "INFO"},
    Word{"WARN", "WARN"},    Word{"INFORMATIONAL", "INFO"}, Word{"WARNING", "WARN"},  Word{"ERROR", "ERROR"},
    Word{"FAIL", "ERROR"},   Word{"ERR", "ERROR"},          Word{"SEVERE", "ERROR"},  Word{"FATAL", "FATAL"},
    Word{"CRIT", "FATAL"},   Word{"CRITICAL", "FATAL"},     Word{"ALERT", "FATAL"},   Word{"EMERG", "FATAL"},
    Word{"PANIC", "FATAL"},  Word{"EMERGENCY", "FATAL"},
};

struct SeverityNumber {
  std::string_view level;
  std::string_view text;
};

constexpr std::array<SeverityNumber, 6> kSeverityNumbers = {
    {{"TRACE", "1"}, {"DEBUG", "5"}, {"INFO", "9"}, {"WARN", "13"}, {"ERROR", "17"}, {"FATAL", "21"}}};

}  // namespace

std::string_view normalized_level(std::string_view level) {
  for (const Word& word : kWords)
    if (equal_without_case(level, word.written)) return word.level;
  return {};
}

std::string_view severity_number(std::string_view level) {
  const std::string_view normalized = normalized_level(level);
  for (const SeverityNumber& number : kSeverityNumbers)
    if (number.level == normalized) return number.text;
  return {};
}

}  // namespace penstock::logs
