// Which address a service answers at in a region, and whether we may talk to it.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace penstock::aws {

struct Endpoint {
  std::string url;      // "https://kinesis.eu-west-1.amazonaws.com", without a path
  std::string host;     // what the Host header says: host, and port where it is not the scheme's own
  std::string region;   // what is signed
  std::string service;  // what is signed: "kinesis"
  std::string source;   // what gave it, like "AWS_ENDPOINT_URL"; "" for the region's usual one
};

// Which of a service's own endpoints in a region.
struct EndpointKind {
  bool fips = false;       // cryptography that is validated by FIPS 140
  bool dualstack = false;  // IPv6 beside IPv4
};

// url "" means the service's own in that region, by the rules of its partition (aws, aws-cn, aws-us-gov, aws-eusc,
// aws-iso, -b, -e and -f): https://docs.aws.amazon.com/general/latest/gr/rande.html. A url given is http or https
// with no path, query or user; plain http must be to loopback (127/8, ::1, localhost) or allow_plaintext be true.
// Code::config.
Result<Endpoint> make_endpoint(std::string_view service, const std::string& region, const std::string& url,
                               bool allow_plaintext, EndpointKind kind = {});

}  // namespace penstock::aws
