// Signature Version 4 as verified by a service, after
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. Independent of
// core/aws/sigv4, so that each implementation checks the other. Each stage is a function.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/model_kinesis/message.h"

namespace penstock::model {

struct AccessKey {
  std::string id = "AKIDEXAMPLE";
  std::string secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  std::string session_token = {};  // of temporary credentials; a request must contain it
  bool expired = false;            // temporary credentials that have expired
};

struct SigningScope {
  std::string date;  // 20150830
  std::string region;
  std::string service;

  std::string text() const { return date + "/" + region + "/" + service + "/aws4_request"; }
};

// signed_headers: lower case, sorted. normalize_path is off only for S3.
std::string canonical_request(const Request& request, const std::vector<std::string>& signed_headers,
                              bool normalize_path = true);
std::string string_to_sign(std::string_view time, const SigningScope& scope, std::string_view canonical);
std::string signature(std::string_view secret, const SigningScope& scope, std::string_view to_sign);

// Returns the service's error for the request at now_ms, or nullopt if one of the keys correctly signed it.
std::optional<Error> check_signature(const Request& request, const std::vector<AccessKey>& keys,
                                     std::string_view region, std::string_view service, int64_t now_ms);

// For tests: adds X-Amz-Date, X-Amz-Security-Token if the key has one, and Authorization, which signs all headers
// of the request. REQUIRES: Host is among them.
void sign(Request& request, const AccessKey& key, std::string_view region, std::string_view service,
          int64_t now_ms);

}  // namespace penstock::model
