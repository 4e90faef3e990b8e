// ServiceClient::call() as a value, so that tests can replace the service.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/aws/service_client.h"

namespace penstock::aws {

// Starts a call. operation is a name such as "PutRecords"; body is JSON. done runs once: later, or before this
// function returns if the call cannot start.
using ServiceCall = std::function<void(std::string_view operation, std::string body, size_t max_response_bytes,
                                       ServiceClient::Done done)>;

}  // namespace penstock::aws
