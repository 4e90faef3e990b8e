// What the functions have in common that the agent calls in a file opened through its proxy.
#pragma once

#include <exception>

#include "fluentbit/agent/proxy_abi.h"

#define PENSTOCK_EXPORT extern "C" __attribute__((visibility("default")))

namespace penstock::fluentbit::proxy {

inline constexpr int kOk = 1;
inline constexpr int kFailed = 0;

// Returns what body returns, or otherwise if it throws: nothing may be thrown through the agent.
template <typename Body>
int guarded(int otherwise, Body body) noexcept {
  try {
    return body();
  } catch (const std::exception&) {  // out of memory, or of descriptors
    return otherwise;
  }
}

}  // namespace penstock::fluentbit::proxy
