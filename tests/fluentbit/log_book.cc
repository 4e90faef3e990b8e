#include "tests/fluentbit/log_book.h"

#include <algorithm>
#include <utility>

namespace penstock::test_agent {

void LogBook::add(int level, std::string text) {
  const std::lock_guard lock(mutex_);
  lines_.push_back({level, std::move(text)});
}

void LogBook::clear() {
  const std::lock_guard lock(mutex_);
  lines_.clear();
}

int LogBook::count(Level level, std::string_view text) const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(std::count_if(lines_.begin(), lines_.end(), [&](const Line& line) {
    return line.level == level && line.text.find(text) != std::string::npos;
  }));
}

std::string LogBook::all() const {
  const std::lock_guard lock(mutex_);
  std::string all = "the log:\n";
  for (const Line& line : lines_) all += "  [" + std::to_string(line.level) + "] " + line.text + "\n";
  return all;
}

LogBook& log_book() {
  static LogBook book;
  return book;
}

}  // namespace penstock::test_agent
