// HTTP calls of libcurl: their options and their responses. Private to core/posix.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "core/env.h"
#include "core/posix/ca_certificates.h"
#include "core/posix/posix_env.h"

struct sockaddr;
struct curl_slist;
struct curl_sockaddr;

namespace penstock::posix {

// One HTTP call, with its libcurl options and its response. It must not move while a transfer runs, because
// libcurl holds pointers into it.
class CurlCall {
 public:
  CurlCall(HttpRequest request, Transport::Done done);
  ~CurlCall();
  CurlCall(const CurlCall&) = delete;
  CurlCall& operator=(const CurlCall&) = delete;

  // Sets up a new or reset easy handle (a CURL*). The handle must not be used after this object is destroyed.
  // system: the machine's CA certificates, which verify a proxy, and the server unless options name a ca_file.
  Status prepare(void* easy, const CurlOptions& options, const CaCertificates& system);

  // Stores the result that complete() passes on: of a transfer that ended with a CURLcode, or of one that did not
  // start.
  void finish(int curl_code) noexcept;
  void finish(Status problem) noexcept { response_ = {}, response_.transport = std::move(problem); }
  // Runs done. REQUIRES: called at most once, after the easy handle is removed.
  void complete() {
    if (response_.transport.ok()) response_.request_body = std::move(request_.body);
    done_(std::move(response_));
  }

  void* easy() const { return easy_; }

 private:
  static size_t on_header(char* data, size_t size, size_t count, void* call);
  static size_t on_body(char* data, size_t size, size_t count, void* call);
  // Opens the socket to a metadata service; returns -1 if the address is not allowed.
  static int on_metadata_socket(void* call, int purpose, curl_sockaddr* address);
  bool take_header(std::string_view line);
  bool take_body(std::string_view piece);
  bool accept_address(const sockaddr& address);
  Status add_headers();
  bool out_of_memory();
  HttpResponse outcome(int curl_code);
  Status failure(int curl_code) const;

  HttpRequest request_;
  Transport::Done done_;
  HttpResponse response_;
  Status abort_status_;  // why this class aborted the transfer, if it did
  bool short_of_memory_ = false;
  size_t header_bytes_ = 0;
  int64_t connect_timeout_ms_ = 0;
  void* easy_ = nullptr;
  curl_slist* header_list_ = nullptr;
  std::string error_text_;  // buffer into which libcurl writes a C string
};

}  // namespace penstock::posix
