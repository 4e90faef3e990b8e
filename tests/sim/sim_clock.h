// Virtual time, and randomness from a seed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/env.h"

namespace penstock::sim {

// A clock that advances only when a test advances it. Several SimEnv may share one.
class SimClock : public Clock {
 public:
  // Returns the correct time, which the services use.
  int64_t unix_ms() const { return kUnixStartMs + now_ms_; }

  int64_t wall_ms() override { return unix_ms() + wall_error_ms_; }
  int64_t monotonic_ms() override { return now_ms_; }

  // Never goes back: a time in the past changes nothing.
  void advance_to(int64_t monotonic_ms) { now_ms_ = std::max(now_ms_, monotonic_ms); }
  void advance(int64_t ms) { now_ms_ += ms; }
  // Sets how far the wall clocks of all machines are ahead of the correct time.
  void set_wall_error_ms(int64_t ms) { wall_error_ms_ = ms; }

 private:
  static constexpr int64_t kUnixStartMs = 1'700'000'000'000;

  int64_t now_ms_ = 1'000'000;
  int64_t wall_error_ms_ = 0;
};

// The clocks of one of several machines that share the time. They show that time until one is set wrong or the
// machine sleeps. REQUIRES: the shared clock outlives it.
class MachineClock : public Clock {
 public:
  explicit MachineClock(SimClock& time) : time_(time) {}

  int64_t wall_ms() override { return time_.wall_ms() + wall_error_ms_; }
  int64_t monotonic_ms() override { return from_shared_ms(asleep_since_ms_.value_or(time_.monotonic_ms())); }
  int64_t boot_ms() override { return time_.monotonic_ms(); }

  // Sets how far its wall clock is ahead, in addition to the shared error.
  void set_wall_error_ms(int64_t ms) { wall_error_ms_ = ms; }
  // Stops the monotonic clock until wake(). REQUIRES: nothing on the machine is driven meanwhile.
  void fall_asleep() { asleep_since_ms_ = time_.monotonic_ms(); }
  void wake() {
    if (asleep_since_ms_) slept_ms_ += time_.monotonic_ms() - *asleep_since_ms_;
    asleep_since_ms_.reset();
  }
  bool is_asleep() const { return asleep_since_ms_.has_value(); }

  // Convert deadlines between the machine's monotonic clock and the shared one.
  int64_t to_shared_ms(int64_t own_ms) const { return own_ms >= kNever - slept_ms_ ? kNever : own_ms + slept_ms_; }
  int64_t from_shared_ms(int64_t shared_ms) const { return shared_ms == kNever ? kNever : shared_ms - slept_ms_; }

 private:
  SimClock& time_;
  int64_t wall_error_ms_ = 0;
  int64_t slept_ms_ = 0;
  std::optional<int64_t> asleep_since_ms_;
};

// SplitMix64 (Steele, Lea, Flood, 2014).
class SimRandom : public Random {
 public:
  explicit SimRandom(uint64_t seed) : state_(seed) {}

  uint64_t next() override {
    uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
  }
  // Returns a uniform number from 0 to `most`.
  uint64_t up_to(uint64_t most) { return most == UINT64_MAX ? next() : next() % (most + 1); }

 private:
  uint64_t state_;
};

}  // namespace penstock::sim
