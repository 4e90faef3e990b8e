// Log messages about dead letters: how many, why, and where they went.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/env.h"

namespace penstock::kinesis {

// Counts of dead letters by reason. Each reason is logged as one warning, at most every 10 s. Reasons that differ
// only in numbers count as one.
class DeadLetterNotices {
 public:
  explicit DeadLetterNotices(Env& env) : env_(env) {}

  void add(std::string_view reason);
  // Logs and resets the counts if next_log_ms() has come. outcome is the participle of the message: "written to
  // FILE".
  void log(std::string_view outcome) {
    if (env_.clock.monotonic_ms() >= next_log_ms()) log_now(outcome);
  }
  void log_now(std::string_view outcome);
  int64_t next_log_ms() const { return reasons_.empty() ? kNever : due_ms_; }

 private:
  struct Reason {
    std::string text;
    int64_t records = 0;
  };

  Env& env_;
  std::map<std::string, Reason> reasons_;  // by folded() text of the reason; bounded
  int64_t due_ms_ = 0;
};

}  // namespace penstock::kinesis
