// One HTTP call: its libcurl options on the way out, its response on the way in. Private to core/posix.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "core/env.h"
#include "core/posix/posix_env.h"

struct sockaddr;
struct curl_slist;
struct curl_sockaddr;

namespace penstock::posix {

// Stays where it is while a transfer runs: libcurl holds pointers into it.
class CurlCall {
 public:
  CurlCall(HttpRequest request, Transport::Done done);
  ~CurlCall();
  CurlCall(const CurlCall&) = delete;
  CurlCall& operator=(const CurlCall&) = delete;

  // Sets up a fresh or reset easy handle (a CURL*), which must not be used after this object.
  Status prepare(void* easy, const CurlOptions& options);

  // The transfer is over, with a CURLcode, or did not begin: what complete() will pass on.
  void finish(int curl_code) noexcept;
  void finish(Status problem) noexcept { response_ = {}, response_.transport = std::move(problem); }
  // Runs done, once.
  void complete() { done_(std::move(response_)); }

  void* easy() const { return easy_; }

 private:
  static size_t on_header(char* data, size_t size, size_t count, void* call);
  static size_t on_body(char* data, size_t size, size_t count, void* call);
  // Opens the socket to a metadata service, or -1.
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
  Status refused_;  // why we ended the transfer, if we did
  bool short_of_memory_ = false;
  size_t header_bytes_ = 0;
  int64_t connect_timeout_ms_ = 0;
  void* easy_ = nullptr;
  curl_slist* header_list_ = nullptr;
  std::string error_text_;  // libcurl writes a C string into it
};

}  // namespace penstock::posix
