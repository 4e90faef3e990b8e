#include <sys/random.h>
#include <time.h>

#include <cerrno>
#include <memory>

#include "core/posix/posix_env.h"

namespace penstock::posix {

namespace {

int64_t now_ms(clockid_t clock) {
  timespec now = {};
  clock_gettime(clock, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

class SystemClock : public Clock {
 public:
  int64_t wall_ms() override { return now_ms(CLOCK_REALTIME); }
  int64_t monotonic_ms() override { return now_ms(CLOCK_MONOTONIC); }
  int64_t boot_ms() override { return now_ms(CLOCK_BOOTTIME); }
};

// The generator SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014): one
// addition and one mix per number, and every state or seed is a good one.
class SystemRandom : public Random {
 public:
  SystemRandom() {
    // At boot, before the kernel has enough entropy, the clock is sufficient: jitter needs no secrecy.
    if (getrandom(&state_, sizeof state_, GRND_NONBLOCK) != static_cast<ssize_t>(sizeof state_))
      state_ = static_cast<uint64_t>(now_ms(CLOCK_REALTIME)) ^ reinterpret_cast<uintptr_t>(this);
  }

  uint64_t next() override {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
  }

 private:
  uint64_t state_ = 0;
};

}  // namespace

std::unique_ptr<Clock> make_system_clock() { return std::make_unique<SystemClock>(); }
std::unique_ptr<Random> make_system_random() { return std::make_unique<SystemRandom>(); }

}  // namespace penstock::posix
