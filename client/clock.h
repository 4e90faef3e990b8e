// The clock of the ABI's deadlines.
#pragma once

#include <cstdint>

namespace penstock::client {

// Returns CLOCK_MONOTONIC in milliseconds. [async-signal-safe]
int64_t monotonic_ms();

// Returns the timeout of poll(2), in milliseconds, for waiting from now_ms until until_ms; INT64_MAX: forever.
int poll_timeout_ms(int64_t until_ms, int64_t now_ms);

}  // namespace penstock::client
