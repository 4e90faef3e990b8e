// Rate limiting of repeated log lines.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/repeat_limit.h"
#include "core/env.h"

namespace penstock {

// A log that writes each error at most once in 10 s, with the number of repeats suppressed since then: see
// RepeatLimit.
class LogThrottle {
 public:
  explicit LogThrottle(Env& env) : env_(env) {}

  // Logs "PS0101: subject: message", unless the text is suppressed. Returns whether it was logged. subject is what
  // the error is about ("stream logs-1"). Texts with different subjects always count as different, whatever
  // numbers the subjects contain.
  bool log(std::string_view subject, const Status& status, LogLevel level = LogLevel::error);
  bool log(const Status& status, LogLevel level = LogLevel::error) { return log({}, status, level); }

 private:
  static constexpr int64_t kIntervalMs = 10'000;

  Env& env_;
  RepeatLimit limit_{kIntervalMs};
};

// The failures and the recovery of one activity, such as reading a stream or saving a checkpoint. Failures go
// through a LogThrottle. A recovery is logged once, if a failure was logged before it.
class Incident {
 public:
  // Logs a failure.
  void log(LogThrottle& throttle, std::string_view subject, const Status& status,
           LogLevel level = LogLevel::error) {
    logged_ = throttle.log(subject, status, level) || logged_;
  }
  // Logs a recovery, with a text such as "stream logs-1: the shards are listed again".
  void recover(Env& env, std::string_view recovery) {
    if (!logged_) return;
    logged_ = false;
    env.log(LogLevel::info, recovery);
  }
  // Returns whether a failure was logged, and no recovery since then.
  bool logged() const { return logged_; }

 private:
  bool logged_ = false;
};

}  // namespace penstock
