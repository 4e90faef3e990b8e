// Errors that come again and again, as a few log lines.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/base/env.h"

namespace penstock {

// Logs each text at most once in kInterval, then with how often it came in between.
class Reporter {
 public:
  explicit Reporter(Env& env) : env_(env) {}

  void report(const Status& status, LogLevel level = LogLevel::error) {
    const int64_t now_ms = env_.clock.monotonic_ms();
    if (seen_.size() >= kMostTexts) seen_.clear();
    auto [entry, fresh] = seen_.try_emplace(status.message());
    Seen& seen = entry->second;
    if (!fresh && now_ms < seen.logged_ms + kIntervalMs) {
      ++seen.kept_back;
      return;
    }
    std::string line = status.message();
    if (seen.kept_back > 0) line += " (" + std::to_string(seen.kept_back) + " times more since it was last said)";
    seen = {now_ms, 0};
    env_.log(level, line);
  }

 private:
  static constexpr int64_t kIntervalMs = 10000;
  static constexpr size_t kMostTexts = 100;  // texts with numbers in them must not fill the memory
  struct Seen {
    int64_t logged_ms = 0;
    int64_t kept_back = 0;
  };

  Env& env_;
  std::map<std::string, Seen> seen_;
};

}  // namespace penstock
