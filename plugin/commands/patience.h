// Waiting for calls in a command, which has its own thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/status.h"
#include "core/backoff.h"
#include "core/env.h"

namespace penstock::plugin {

// The time limit of a command's calls. Waits by driving env's transport, and gives up after kMs without progress,
// that is, without a successful response, or another time limit. Until then, failed calls that are worth a retry
// are retried.
class Patience {
 public:
  static constexpr int64_t kMs = 60'000;
  static constexpr Backoff kBackoff{300, 2000};  // between two attempts

  explicit Patience(Env& env, int64_t limit_ms = kMs) : env_(env), limit_ms_(limit_ms) { renew(); }

  Env& env() const { return env_; }
  // Restarts the time limit after progress.
  void renew() { end_ms_ = env_.clock.monotonic_ms() + limit_ms_; }
  bool is_over() const { return env_.clock.monotonic_ms() >= end_ms_; }
  int64_t end_ms() const { return end_ms_; }
  // Returns the error for giving up. last: the failure of the last attempt; ok: no attempt has ended.
  static Status given_up(const Status& last, int64_t limit_ms = kMs) {
    const std::string limit = "gave up after " + std::to_string(limit_ms / 1000) + " s without ";
    if (last.ok()) return {Code::transient, "PS0109", limit + "a response"};
    return last.with_message(last.message() + "; " + limit + "progress");
  }
  // Returns whether to retry after that many consecutive failures. Missing or rejected credentials do not improve
  // with time, so they get only a few attempts, in case a key is being replaced.
  static bool is_worth_another_try(const Status& status, int failures) {
    constexpr int kMaxTriesWithoutCredentials = 4;
    return status.retryable() && (status.code() != Code::credentials || failures < kMaxTriesWithoutCredentials);
  }

  // Returns the same error, for this time limit.
  Status timed_out(const Status& last) const { return given_up(last, limit_ms_); }

  // Runs begin(done), which starts the call, and waits for its outcome; retries while that is worthwhile. After
  // given_up() the call may still be in flight; its outcome is ignored.
  template <typename T, typename Begin>
  Result<T> wait(const std::string& call, const Begin& begin) {
    Status last;
    for (int failures = 1;; ++failures) {
      std::optional<Result<T>> outcome = attempt<T>(begin);
      if (!outcome) return last.ok() ? timed_out(last).in(call) : timed_out(last);
      if (outcome->ok()) {
        renew();
        return std::move(*outcome);
      }
      last = outcome->status();
      if (!is_worth_another_try(last, failures)) return last;
      pause(kBackoff.delay_ms(failures, env_.random));
      if (is_over()) return timed_out(last);
    }
  }

  // Starts the call once, and waits for its outcome; nullopt: the time is over.
  template <typename T, typename Begin>
  std::optional<Result<T>> attempt(const Begin& begin) const {
    const auto outcome = std::make_shared<std::optional<Result<T>>>();
    begin([outcome](Result<T> result) { *outcome = std::move(result); });
    while (!*outcome && !is_over()) env_.transport.drive(end_ms_);
    return std::move(*outcome);
  }

  // Waits, but not beyond the end.
  void pause(int64_t ms) const {
    const int64_t again_ms = std::min(env_.clock.monotonic_ms() + ms, end_ms_);
    while (env_.clock.monotonic_ms() < again_ms) env_.transport.drive(again_ms);
  }

 private:
  Env& env_;
  const int64_t limit_ms_;
  int64_t end_ms_ = 0;
};

}  // namespace penstock::plugin
