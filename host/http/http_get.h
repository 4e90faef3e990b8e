// A GET request to the HTTP server of another process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host/http/http_url.h"

namespace penstock::host {

// Returns the body of a response with status 200. On failure returns nullopt; error has the reason. Waits at most
// timeout_ms, and longer for the resolver of names. Fails early if wakeup_fd becomes readable; -1: none.
std::optional<std::string> http_get(const HttpUrl& url, int64_t timeout_ms, int wakeup_fd, std::string& error);

}  // namespace penstock::host
