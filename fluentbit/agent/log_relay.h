// Lines for the agent's log from a thread that the agent has not made. They are printed on one that it has: only
// those reach its log file.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "fluentbit/agent/wakeup.h"

namespace penstock::fluentbit {

// A line that repeats is logged at most once in this time.
inline constexpr int64_t kRepeatIntervalMs = 30'000;

class LogRelay {
 public:
  using Print = std::function<void(int32_t level, const std::string& line)>;

  // Keeps lines up to max_level (PENSTOCK_LOG_). waiting is raised when there is something to print; it must
  // outlive the relay.
  LogRelay(int32_t max_level, const Wakeup& waiting) : max_level_(max_level), waiting_(waiting) {}

  // [thread-safe] Lines beyond a hundred that nobody has printed are left out, and counted.
  void line(int32_t level, std::string text);

  // [thread-safe] Prints what has come since the last time.
  void print(const Print& print);

 private:
  const int32_t max_level_;
  const Wakeup& waiting_;
  std::mutex mutex_;
  std::vector<std::pair<int32_t, std::string>> lines_;
  uint64_t left_out_ = 0;
};

}  // namespace penstock::fluentbit
