// The clock that the ABI's deadlines refer to, and the time of day.
#pragma once

#include <cstdint>

namespace penstock::client {

// Returns CLOCK_MONOTONIC in milliseconds. [async-signal-safe]
int64_t monotonic_ms();

// Returns CLOCK_REALTIME in milliseconds since 1970. [async-signal-safe]
int64_t unix_ms();

// Returns the timeout for poll(2), in milliseconds, to wait from now_ms until until_ms; -1 (forever) for
// INT64_MAX.
int poll_timeout_ms(int64_t until_ms, int64_t now_ms);

}  // namespace penstock::client
