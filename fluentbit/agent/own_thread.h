// Starts a thread of ours in the agent's process.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>

namespace penstock::fluentbit {

// Time for closing an instance; an agent that is stopping waits for it.
inline constexpr int64_t kCloseMs = 3000;
// Pause after std::bad_alloc. Nothing is lost, and memory may be available later.
inline constexpr std::chrono::milliseconds kAfterBadAlloc{100};

// Starts a thread. name: shown by tools that list threads, at most 15 bytes. The thread receives no signals: these
// are for the agent's threads.
std::thread own_thread(const char* name, std::function<void()> body);

}  // namespace penstock::fluentbit
