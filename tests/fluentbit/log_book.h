// What plugins said through the agent's log_print, for all of the process.
#pragma once

#include <cstdarg>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::test_agent {

class LogBook {
 public:
  enum Level { kError = 1, kWarning = 2, kInfo = 3, kDebug = 4 };

  // [thread-safe] One line, cut where the agent cuts it.
  void add(int level, const char* format, va_list arguments);
  void clear();
  // [thread-safe] How many lines of that level hold the text.
  int count(Level level, std::string_view text) const;
  bool says(Level level, std::string_view text) const { return count(level, text) > 0; }
  // Lines of threads that are none of the agent's: it would not write them to its log file.
  int lines_of_strangers() const;
  // Every line, for messages of failing tests.
  std::string all() const;

 private:
  struct Line {
    int level;
    std::string text;
    bool of_stranger;
  };
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

LogBook& log_book();

}  // namespace penstock::test_agent
