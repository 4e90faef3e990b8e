// A thread of ours in the agent's process, and its clock.
#pragma once

#include <cstdint>
#include <functional>
#include <thread>

namespace penstock::fluentbit {

// name: for tools that list threads, 15 bytes at most. It takes no signal: these are for the agent's threads.
std::thread own_thread(const char* name, std::function<void()> body);

// CLOCK_MONOTONIC in milliseconds, which is the instances' clock.
int64_t monotonic_ms();

}  // namespace penstock::fluentbit
