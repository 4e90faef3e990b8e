// The implementation of Env for a real system.
#pragma once

#include <memory>
#include <string>

#include "core/env.h"

namespace penstock::posix {

class ProcessRunner;  // core/posix/process_runner.h

std::unique_ptr<Clock> make_system_clock();
std::unique_ptr<Random> make_system_random();
std::unique_ptr<Files> make_system_files();

// Return the error with which append_to() or lock(), or replace(), of path would fail in this process, as far as
// that can be determined without opening, creating, or locking anything. Code::config, with what to do.
Status check_writable(const std::string& path);
Status check_replaceable(const std::string& path);

struct CurlOptions {
  std::string ca_file;                // PEM file that replaces the machine's CAs (ca_certificates.h)
  int64_t connect_timeout_ms = 5000;  // limit for name resolution, TCP, and TLS
};
// Returns an HTTP/1.1 transport with libcurl's multi interface and one epoll descriptor. All calls share
// keep-alive connections. Certificates are always verified; redirects are off; only http and https are allowed.
// Only https calls use a proxy, with CONNECT: that of https_proxy, HTTPS_PROXY, all_proxy, or ALL_PROXY, unless
// no_proxy or NO_PROXY excludes the host.
// It never blocks on a name that does not resolve: its destructor leaves such a name to a thread of libcurl, so
// the code must stay loaded (-z nodelete).
// One call may reach the server twice: if the server closes a kept connection before the first byte of a response,
// libcurl opens a new one and sends the request again.
// The ProcessRunner, if there is one, is driven with the transport and outlives it.
Result<std::unique_ptr<Transport>> make_curl_transport(Clock& clock, const CurlOptions& options,
                                                       ProcessRunner* processes = nullptr);

}  // namespace penstock::posix
