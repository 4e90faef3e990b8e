// The messages that plugins logged through the agent's log_print, for the whole process.
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

  // [thread-safe] Adds one line, truncated as the agent truncates it.
  void add(int level, const char* format, va_list arguments);
  void clear();
  // [thread-safe] Returns how many lines of that level contain the text.
  int count(Level level, std::string_view text) const;
  bool says(Level level, std::string_view text) const { return count(level, text) > 0; }
  // Returns the number of lines from threads that are not the agent's, which the agent would not write to its log
  // file.
  int lines_of_foreign_threads() const;
  // Returns every line, for the messages of failing tests.
  std::string all() const;

 private:
  struct Line {
    int level;
    std::string text;
    bool of_foreign_thread;
  };
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

LogBook& log_book();

}  // namespace penstock::test_agent
