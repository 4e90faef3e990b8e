// The waiting of a command, which has its thread to itself.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/base/env.h"
#include "core/base/status.h"

namespace penstock {

// Waits by driving env's transport, and gives up after kMs without progress: without an answer that succeeds.
class Patience {
 public:
  static constexpr int64_t kMs = 60'000;

  explicit Patience(Env& env) : env_(env) { renew(); }

  Env& env() const { return env_; }
  // There was progress.
  void renew() { end_ms_ = env_.clock.monotonic_ms() + kMs; }
  bool is_over() const { return env_.clock.monotonic_ms() >= end_ms_; }
  int64_t end_ms() const { return end_ms_; }
  static Status given_up() { return {Code::transient, "gave up after 60 s without an answer"}; }

  // Runs begin(tell), which begins that call, and waits for its outcome. After given_up() the call may still be
  // under way; what it tells then is lost.
  template <typename T, typename Begin>
  Result<T> wait(const std::string& call, const Begin& begin) {
    const auto outcome = std::make_shared<std::optional<Result<T>>>();
    begin([outcome](Result<T> told) { *outcome = std::move(told); });
    while (!*outcome) {
      if (is_over()) return given_up().in(call);
      env_.transport.drive(end_ms_);
    }
    if ((*outcome)->ok()) renew();
    return std::move(**outcome);
  }

  // Waits before a call is made again.
  void pause(int64_t ms) const {
    const int64_t again_ms = env_.clock.monotonic_ms() + ms;
    while (env_.clock.monotonic_ms() < again_ms) env_.transport.drive(again_ms);
  }

 private:
  Env& env_;
  int64_t end_ms_ = 0;
};

}  // namespace penstock
