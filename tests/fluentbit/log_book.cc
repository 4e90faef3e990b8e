#include "tests/fluentbit/log_book.h"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace penstock::test_agent {

void LogBook::add(int level, const char* format, va_list arguments) {
  std::array<char, 4096> text;
  std::vsnprintf(text.data(), text.size(), format, arguments);
  std::array<char, 16> thread = {};
  pthread_getname_np(pthread_self(), thread.data(), thread.size());
  const std::lock_guard lock(mutex_);
  lines_.push_back({level, text.data(), !std::string_view(thread.data()).starts_with("flb-")});
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

int LogBook::lines_of_foreign_threads() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(
      std::count_if(lines_.begin(), lines_.end(), [](const Line& line) { return line.of_foreign_thread; }));
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
