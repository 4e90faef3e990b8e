// Exponential backoff with full jitter
// (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/env.h"

namespace penstock {

struct Backoff {
  int64_t base_ms;
  int64_t cap_ms;

  // Returns the time to wait before the next attempt, after that many failures in a row. REQUIRES: failures >= 1.
  int64_t delay_ms(int failures, Random& random) const {
    const int doublings = std::clamp(failures - 1, 0, 30);
    const int64_t ceiling = std::min(cap_ms, base_ms << doublings);
    return static_cast<int64_t>(random.next() % static_cast<uint64_t>(ceiling + 1));
  }
};

}  // namespace penstock
