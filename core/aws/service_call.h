// ServiceClient::call() as a value, so that a test can give another service.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/aws/service_client.h"

namespace penstock::aws {

// Begins a call; operation as in "PutRecords", body is JSON. answered runs once, later: inside the call only where
// it could not begin.
using ServiceCall = std::function<void(std::string_view operation, std::string body, size_t max_response_bytes,
                                       ServiceClient::Done answered)>;

}  // namespace penstock::aws
