// Virtual time and chance from a seed.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/env.h"

namespace penstock::sim {

// Stands still until somebody advances it. Several SimEnv may share one.
class SimClock : public Clock {
 public:
  // What time it really is, which the services go by.
  int64_t unix_ms() const { return kUnixStartMs + now_ms_; }

  int64_t wall_ms() override { return unix_ms() + wall_error_ms_; }
  int64_t monotonic_ms() override { return now_ms_; }

  // Never goes back: a time in the past changes nothing.
  void advance_to(int64_t monotonic_ms) { now_ms_ = std::max(now_ms_, monotonic_ms); }
  void advance(int64_t ms) { now_ms_ += ms; }
  // How far this machine's wall clock is ahead of the right time.
  void set_wall_error_ms(int64_t ms) { wall_error_ms_ = ms; }

 private:
  static constexpr int64_t kUnixStartMs = 1'700'000'000'000;

  int64_t now_ms_ = 1'000'000;
  int64_t wall_error_ms_ = 0;
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
  // Uniform from 0 to most.
  uint64_t up_to(uint64_t most) { return most == UINT64_MAX ? next() : next() % (most + 1); }

 private:
  uint64_t state_;
};

}  // namespace penstock::sim
