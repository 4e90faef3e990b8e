// Requests signed with Signature Version 4.
#pragma once

#include <cstdint>

#include "core/aws/credentials.h"
#include "core/aws/endpoint.h"
#include "core/env.h"

namespace penstock::aws {

// A POST to the endpoint's path "/", not signed yet.
HttpRequest post_to(const Endpoint& endpoint);

// Adds X-Amz-Date, X-Amz-Security-Token where there is one, and Authorization to a request made by post_to() whose
// other headers and body are complete. now_ms is Unix time by the services' clock.
void sign(HttpRequest& request, const Credentials& credentials, const Endpoint& endpoint, int64_t now_ms);

}  // namespace penstock::aws
