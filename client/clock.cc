#include "client/clock.h"

#include <algorithm>
#include <climits>
#include <ctime>

namespace penstock::client {

namespace {

int64_t now_ms(clockid_t clock) {
  std::timespec now{};
  clock_gettime(clock, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

int64_t monotonic_ms() { return now_ms(CLOCK_MONOTONIC); }

int64_t unix_ms() { return now_ms(CLOCK_REALTIME); }

int poll_timeout_ms(int64_t until_ms, int64_t now_ms) {
  if (until_ms == INT64_MAX) return -1;
  return static_cast<int>(std::min<int64_t>(std::max(until_ms, now_ms) - now_ms, INT_MAX));
}

}  // namespace penstock::client
