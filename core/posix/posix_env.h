// The real Env.
#pragma once

#include <memory>
#include <string>

#include "core/env.h"

namespace penstock::posix {

class ProcessRunner;  // core/posix/process_runner.h

std::unique_ptr<Clock> make_system_clock();
std::unique_ptr<Random> make_system_random();
std::unique_ptr<Files> make_system_files();

// Return what append_to() or lock() of path, or replace() of it, would fail with in this process, as far as that
// can be known without opening, creating, or locking anything. Code::config, with what to do.
Status check_writable(const std::string& path);
Status check_replaceable(const std::string& path);

struct CurlOptions {
  std::string ca_file;                // PEM, in place of the system's; empty: the system's
  int64_t connect_timeout_ms = 5000;  // name, TCP and TLS
};
// HTTP/1.1 by libcurl's multi interface and one epoll descriptor: keep-alive connections shared by all calls,
// certificates always checked, no redirects, http and https only. Never blocks on a name that does not resolve:
// destroying it leaves such a name to a thread of libcurl's, so the code around it must stay loaded (-z nodelete).
// A kept connection that the server closes before the first byte of a response is replaced and the request sent
// again by libcurl itself, so one call may reach the server twice. Only https calls use a proxy, by CONNECT: that
// of https_proxy, HTTPS_PROXY, all_proxy or ALL_PROXY, unless no_proxy or NO_PROXY excludes the host. beside,
// where there is one, is driven with it and outlives it.
Result<std::unique_ptr<Transport>> make_curl_transport(Clock& clock, const CurlOptions& options,
                                                       ProcessRunner* beside = nullptr);

}  // namespace penstock::posix
