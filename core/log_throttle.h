// Errors that come again and again, as a few log lines.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/env.h"

namespace penstock {

// Logs each text at most once in 10 s, and then with the number of repeats that it held back. Texts that differ
// only in numbers are the same text: each run of letters and digits that has a digit in it counts as one, so that
// a changing size, sequence number or request ID is no reason to log again.
class LogThrottle {
 public:
  explicit LogThrottle(Env& env) : env_(env) {}

  // subject, which goes before the message, is what the error is about ("stream logs-1"): two subjects are never
  // the same, whatever numbers they have. True: the text was logged.
  bool log(std::string_view subject, const Status& status, LogLevel level = LogLevel::error);
  bool log(const Status& status, LogLevel level = LogLevel::error) { return log({}, status, level); }

 private:
  struct Seen {
    int64_t logged_ms = 0;
    int64_t held_back = 0;
  };

  void make_room(int64_t now_ms);

  Env& env_;
  std::map<std::string, Seen> seen_;  // by subject and folded message; bounded
};

// Something that can fail and work again, such as reading a stream or saving a checkpoint. Its failures are
// reported; its recovery is logged once, if one of its failures was.
class Incident {
 public:
  // It has failed.
  void log(LogThrottle& throttle, std::string_view subject, const Status& status,
           LogLevel level = LogLevel::error) {
    logged_ = throttle.log(subject, status, level) || logged_;
  }
  // It works. recovery says so: "stream logs-1: the shards are listed again".
  void recover(Env& env, std::string_view recovery) {
    if (!logged_) return;
    logged_ = false;
    env.log(LogLevel::info, recovery);
  }
  // Whether a failure was logged, and no recovery since.
  bool logged() const { return logged_; }

 private:
  bool logged_ = false;
};

}  // namespace penstock
