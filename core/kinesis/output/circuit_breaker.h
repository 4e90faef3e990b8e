// Whether the stream takes anything at all.
#pragma once

#include <cstdint>
#include <utility>

namespace penstock::kinesis {

// A call is in vain where nothing of it was taken: it failed, or each of its records was refused. Some such calls
// are met by sending their records again; but where all of many calls one after another are in vain, each record's
// own tries add up to a storm of calls that hinders the service's return. Then calls go one at a time, with
// pauses, until one brings something.
class CircuitBreaker {
 public:
  // As many as are under way at once, and for longer than a shard that is at its limit takes nothing (it takes its
  // share of each second).
  static constexpr int kCallsWithoutProgress = 8;
  static constexpr int64_t kMinMs = 2'000;

  explicit CircuitBreaker(int calls = kCallsWithoutProgress, int64_t min_ms = kMinMs)
      : max_calls_(calls), min_ms_(min_ms) {}

  // A call brought nothing; pause_ms: how long the next one is to wait. True: an outage begins with it.
  bool on_no_progress(int64_t now_ms, int64_t pause_ms) {
    if (calls_++ == 0) since_ms_ = now_ms;
    next_call_ms_ = now_ms + pause_ms;
    const bool was_on = open_;
    open_ = open_ || (calls_ >= max_calls_ && now_ms - since_ms_ >= min_ms_);
    return open_ && !was_on;
  }
  // Records were taken. True: an outage is over with it.
  bool on_progress() {
    calls_ = 0;
    return std::exchange(open_, false);
  }

  bool open() const { return open_; }
  int calls_without_progress() const { return calls_; }  // one after another
  // The time before which no call may begin; a time that has passed where there is no outage.
  int64_t next_call_ms() const { return open_ ? next_call_ms_ : 0; }

 private:
  int max_calls_;
  int64_t min_ms_;
  int calls_ = 0;
  int64_t since_ms_ = 0;      // when the first of them ended
  int64_t next_call_ms_ = 0;  // where it is on
  bool open_ = false;
};

}  // namespace penstock::kinesis
