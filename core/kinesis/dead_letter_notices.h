// What is logged about records that can never be delivered: how many, why, and what became of them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/env.h"

namespace penstock::kinesis {

// Counts records by reason, and logs a warning for each reason at most every 10 s. Reasons that differ only in
// numbers are the same.
class DeadLetterNotices {
 public:
  explicit DeadLetterNotices(Env& env) : env_(env) {}

  void add(std::string_view reason);
  // Logs what was added since the last time, if that is long enough ago. outcome: as in "went to FILE".
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
  std::map<std::string, Reason> reasons_;  // by folded text; bounded
  int64_t due_ms_ = 0;
};

}  // namespace penstock::kinesis
