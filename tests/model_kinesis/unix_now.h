// The time of day, for models that are servers.
#pragma once

#include <chrono>
#include <cstdint>

namespace penstock::model {

// Returns the time in milliseconds since 1970.
inline int64_t unix_now_ms() {
  using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::system_clock;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace penstock::model
