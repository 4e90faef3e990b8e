// A thread of ours in the agent's process.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>

namespace penstock::fluentbit {

// How long what is under way may take to end; an agent that stops waits for it.
inline constexpr int64_t kCloseMs = 3000;
// After std::bad_alloc. Nothing was lost, and there may be memory later.
inline constexpr std::chrono::milliseconds kAfterBadAlloc{100};

// name: for tools that list threads, 15 bytes at most. It takes no signal: these are for the agent's threads.
std::thread own_thread(const char* name, std::function<void()> body);

}  // namespace penstock::fluentbit
