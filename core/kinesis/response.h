// Helpers of the response parsers. Private to core/kinesis.
#pragma once

#include <string>

#include "base/status.h"

namespace penstock::kinesis {

inline constexpr double kLargestSeconds = 253402300800;  // upper bound of a time in a response: the year 10000

// Returns a retryable error, because a retry may get a complete response.
inline Status unexpected_response(const char* operation, const std::string& why) {
  return {Code::transient, "PS0607", std::string(operation) + ": unexpected response: " + why};
}

}  // namespace penstock::kinesis
