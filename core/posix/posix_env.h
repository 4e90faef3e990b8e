// The real Env.
#pragma once

#include <memory>
#include <string>

#include "core/base/env.h"

namespace penstock {

std::unique_ptr<Clock> make_system_clock();
std::unique_ptr<Random> make_system_random();
std::unique_ptr<Files> make_system_files();

struct CurlOptions {
  std::string ca_file;                // PEM; empty: the system's
  int64_t connect_timeout_ms = 5000;  // name, TCP and TLS
};
// HTTP/1.1 by libcurl's multi interface and one epoll descriptor: keep-alive connections shared by all calls,
// certificates always checked, no redirects, http and https only. Never blocks on a name that does not resolve.
Result<std::unique_ptr<Transport>> make_curl_transport(Clock& clock, const CurlOptions& options);

}  // namespace penstock
