// Requests that are signed with Signature Version 4.
#pragma once

#include <cstdint>

#include "core/aws/credentials.h"
#include "core/aws/endpoint.h"
#include "core/aws/sigv4.h"
#include "core/env.h"

namespace penstock::aws {

// Returns an unsigned POST to path "/" of the endpoint.
HttpRequest post_to(const Endpoint& endpoint);

// Adds X-Amz-Date, X-Amz-Security-Token (if there is a session token), and Authorization. now_ms is Unix time by
// the services' clock; key may have signed other requests. REQUIRES: post_to() created the request, and its other
// headers and its body are complete.
void sign(HttpRequest& request, const Credentials& credentials, const Endpoint& endpoint, int64_t now_ms,
          sigv4::SigningKey& key);

}  // namespace penstock::aws
