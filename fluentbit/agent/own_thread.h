// A thread of ours in the agent's process.
#pragma once

#include <functional>
#include <thread>

namespace penstock::fluentbit {

// name: for tools that list threads, 15 bytes at most. It takes no signal: these are for the agent's threads.
std::thread own_thread(const char* name, std::function<void()> body);

}  // namespace penstock::fluentbit
