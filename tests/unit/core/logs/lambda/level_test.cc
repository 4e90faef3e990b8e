// Levels in one vocabulary.
#include "core/logs/lambda/level.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace penstock::logs {
namespace {

TEST(level, level_words_of_all_runtimes_map_to_six_levels) {
  const struct {
    std::string_view level;
    std::vector<std::string_view> words;
  } cases[] = {
      {"TRACE", {"TRACE", "trce", "Verbose", "FINER", "FINEST"}},
      {"DEBUG", {"DEBUG", "dbug", "FINE", "CONFIG"}},
      {"INFO", {"INFO", "info", "Information", "informational", "notice"}},
      {"WARN", {"WARN", "warn", "WARNING", "Warning"}},
      {"ERROR", {"ERROR", "fail", "err", "SEVERE"}},
      {"FATAL", {"FATAL", "crit", "CRITICAL", "Critical", "alert", "emerg", "EMERGENCY", "panic"}},
  };
  for (const auto& one : cases)
    for (const std::string_view word : one.words) EXPECT_EQ(normalized_level(word), one.level) << word;
}

TEST(level, other_words_are_not_levels) {
  for (const std::string_view word : {"", "Level 25", "WARNINGS", "INF", "30", "NOTSET", "INFO ", "inf\xC3\xB6"})
    EXPECT_EQ(normalized_level(word), "") << word;
}

}  // namespace
}  // namespace penstock::logs
