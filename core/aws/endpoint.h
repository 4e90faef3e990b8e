// Endpoints of a service in a region, and the check that a given endpoint is allowed.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace penstock::aws {

struct Endpoint {
  std::string url;      // "https://kinesis.eu-west-1.amazonaws.com", without a path
  std::string host;     // Host header: the host, and the port if it is not the scheme's default
  std::string region;   // region that is signed
  std::string service;  // service name that is signed: "kinesis"
  std::string source;   // origin of the setting, such as "AWS_ENDPOINT_URL"; "" for the region's default
};

// The selection among a service's endpoints in a region.
struct EndpointKind {
  bool fips = false;       // cryptography validated by FIPS 140
  bool dualstack = false;  // IPv6 in addition to IPv4
};

// Returns the endpoint at url, or, if url is "", the service's own endpoint in that region by the rules of its
// partition (aws, aws-cn, aws-us-gov, aws-eusc, aws-iso, -b, -e and -f):
// https://docs.aws.amazon.com/general/latest/gr/rande.html. Code::config unless url is http or https without path,
// query, or user. Plain http is accepted only to loopback (127/8, ::1, localhost), or if allow_plaintext is true.
Result<Endpoint> make_endpoint(std::string_view service, const std::string& region, const std::string& url,
                               bool allow_plaintext, EndpointKind kind = {});

}  // namespace penstock::aws
