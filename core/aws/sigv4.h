// AWS Signature Version 4,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html Each stage is a
// function of its own, so that each can be held against the vectors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/aws/credentials.h"

namespace penstock::aws::sigv4 {

struct Request {
  std::string_view method;
  std::string_view path;   // as on the request line, without the query; "" means "/"
  std::string_view query;  // as on the request line, without the "?"
  // All of these are signed. Host and X-Amz-Date must be among them.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view payload_sha256_hex;
  bool normalize_path = true;  // take out ".", ".." and empty segments, as every service but S3 wants
};

struct Scope {
  std::string date_time;  // 20150830T123600Z
  std::string region;
  std::string service;
};

std::string amz_date(int64_t unix_ms);  // 20150830T123600Z

std::string canonical_request(const Request& request);
std::string string_to_sign(const Scope& scope, std::string_view canonical_request);
std::string signature(const Credentials& credentials, const Scope& scope, std::string_view string_to_sign);
// The value of the Authorization header.
std::string authorization(const Credentials& credentials, const Scope& scope, const Request& request);

}  // namespace penstock::aws::sigv4
