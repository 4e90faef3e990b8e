// Calls to metadata services, which hand out credentials on this machine without authentication.
#pragma once

#include <string>
#include <utility>

#include "core/env.h"

namespace penstock::aws {

// Returns a request with limits of 1 s and 64 KiB that follows the transport's rules for metadata services.
inline HttpRequest metadata_request(std::string method, std::string url) {
  HttpRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.timeout_ms = 1000;
  request.max_response_bytes = size_t{64} * 1024;
  request.to_metadata = true;
  return request;
}

}  // namespace penstock::aws
