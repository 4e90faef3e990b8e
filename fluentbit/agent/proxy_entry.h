// Helpers for the functions that the agent calls in a shared object opened through its proxy.
#pragma once

#include <exception>

#include "fluentbit/agent/proxy_abi.h"

#define PENSTOCK_EXPORT extern "C" __attribute__((visibility("default")))

namespace penstock::fluentbit::proxy {

inline constexpr int kOk = 1;
inline constexpr int kFailed = 0;

// Returns the result of body, or otherwise if body throws: an exception must not reach the agent.
template <typename Body>
int guarded(int otherwise, Body body) noexcept {
  try {
    return body();
  } catch (const std::exception&) {  // out of memory or descriptors
    return otherwise;
  }
}

}  // namespace penstock::fluentbit::proxy
