// Detects that a stream accepts nothing at all.
#pragma once

#include <cstdint>
#include <utility>

namespace penstock::kinesis {

// Circuit breaker for the calls to a stream. A call makes no progress if it failed or if each of its records was
// rejected. A few such calls are handled by retries of their records. But if many calls in a row make no progress,
// these retries add up to a storm of calls that delays the service's recovery. Then the breaker opens: calls go
// one at a time, with pauses, until one makes progress.
class CircuitBreaker {
 public:
  // The breaker opens after as many calls as are in flight at once, and after more time than a throttled shard
  // goes without accepting anything (it accepts its share in each second).
  static constexpr int kCallsWithoutProgress = 8;
  static constexpr int64_t kMinMs = 2'000;

  explicit CircuitBreaker(int calls = kCallsWithoutProgress, int64_t min_ms = kMinMs)
      : max_calls_(calls), min_ms_(min_ms) {}

  // Counts a call without progress. pause_ms: pause before the next call, if the breaker is open. Returns true if
  // it opens now.
  bool on_no_progress(int64_t now_ms, int64_t pause_ms) {
    if (calls_++ == 0) since_ms_ = now_ms;
    next_call_ms_ = now_ms + pause_ms;
    const bool was_on = open_;
    open_ = open_ || (calls_ >= max_calls_ && now_ms - since_ms_ >= min_ms_);
    return open_ && !was_on;
  }
  // Closes the breaker, because records were accepted. Returns true if it was open.
  bool on_progress() {
    calls_ = 0;
    return std::exchange(open_, false);
  }

  bool open() const { return open_; }
  int calls_without_progress() const { return calls_; }  // in a row
  // Returns the earliest time of the next call; a time in the past if the breaker is closed.
  int64_t next_call_ms() const { return open_ ? next_call_ms_ : 0; }

 private:
  int max_calls_;
  int64_t min_ms_;
  int calls_ = 0;
  int64_t since_ms_ = 0;      // end of the first of them
  int64_t next_call_ms_ = 0;  // if open
  bool open_ = false;
};

}  // namespace penstock::kinesis
