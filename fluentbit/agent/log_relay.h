// Passes log lines from a thread that the agent did not create to one that it did: only lines printed there reach
// the agent's log file.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "abi/penstock.h"
#include "base/message_id.h"
#include "fluentbit/agent/wakeup.h"

namespace penstock::fluentbit {

// Minimum time between repeats of a log line.
inline constexpr int64_t kRepeatIntervalMs = 30'000;

class LogRelay {
 public:
  using Print = std::function<void(int32_t level, const std::string& line)>;

  // Keeps lines up to max_level (PENSTOCK_LOG_). Raises waiting when there is something to print; waiting must
  // outlive the relay.
  LogRelay(int32_t max_level, const Wakeup& waiting) : max_level_(max_level), waiting_(waiting) {}

  // [thread-safe] Adds a warning or an error, as line() does.
  void warn(MessageId id, std::string_view text) { line(PENSTOCK_LOG_WARN, coded(id, text)); }
  void error(MessageId id, std::string_view text) { line(PENSTOCK_LOG_ERROR, coded(id, text)); }
  // [thread-safe] Adds a line. Errors and warnings already have codes. While 100 lines wait to be printed, further
  // lines are counted and dropped.
  void line(int32_t level, std::string text);

  // [thread-safe] Prints the lines that were added since the last call.
  void print(const Print& print);

 private:
  const int32_t max_level_;
  const Wakeup& waiting_;
  std::mutex mutex_;
  std::vector<std::pair<int32_t, std::string>> lines_;
  uint64_t left_out_ = 0;
};

}  // namespace penstock::fluentbit
