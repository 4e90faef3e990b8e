// Functions that the agent exports.
#pragma once

#include <dlfcn.h>

namespace penstock::fluentbit {

// Returns the function of that name in the process, or nullptr.
template <typename Function>
Function look_up(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

}  // namespace penstock::fluentbit
