// AWS Signature Version 4,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
// Each stage is a separate function, so that tests can compare each with AWS's test vectors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/crypto.h"
#include "core/aws/credentials.h"

namespace penstock::aws::sigv4 {

struct Request {
  std::string_view method;
  std::string_view path;   // as in the request line, without the query; "" means "/"
  std::string_view query;  // as in the request line, without the "?"
  // All headers are signed. REQUIRES: they include Host and X-Amz-Date.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view payload_sha256_hex;
  bool normalize_path = true;  // remove ".", ".." and empty segments, as all services except S3 require
};

struct Scope {
  std::string date_time;  // 20150830T123600Z
  std::string region;
  std::string service;
};

std::string amz_date(int64_t unix_ms);  // 20150830T123600Z

std::string canonical_request(const Request& request);
std::string string_to_sign(const Scope& scope, std::string_view canonical_request);
// The key of signatures, which is the same for all requests of a day. Deriving it takes four of the five HMACs of
// a signature, so it is kept until a request needs another one.
class SigningKey {
 public:
  // Returns the key of the scope's day, region, and service.
  const Sha256& of(const Credentials& credentials, const Scope& scope);

 private:
  std::string secret_access_key_, day_, region_, service_;  // the key is derived from
  Sha256 key_ = {};
};

std::string signature(const Sha256& signing_key, std::string_view string_to_sign);
// Returns the value of the Authorization header.
std::string authorization(const Credentials& credentials, const Scope& scope, const Request& request,
                          SigningKey& key);

}  // namespace penstock::aws::sigv4
