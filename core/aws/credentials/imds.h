// EC2's instance metadata service, version 2,
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
#pragma once

#include <cstdint>
#include <string>

#include "base/completion.h"
#include "core/env.h"

namespace penstock::aws {

class Imds {
 public:
  using Done = Completion<std::string>;

  // Uses AWS_EC2_METADATA_SERVICE_ENDPOINT, or else the address for AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE (IPv4
  // or IPv6). v1_fallback: if the service does not support tokens (HTTP 403, 404 or 405), ask without one.
  Imds(Env& env, bool v1_fallback);

  // Fetches a path such as "/latest/meta-data/placement/region". done runs once, in get() or in a later drive() of
  // the transport. Code::config if AWS_EC2_METADATA_DISABLED is true; not_found for HTTP 404. The error does not
  // name the service. REQUIRES: no earlier get() is in flight.
  void get(std::string path, const Done& done);

 private:
  void get_token(std::string path, const Done& done);
  void get_with(std::string path, const std::string& token, const Done& done);

  Env& env_;
  const bool v1_fallback_;
  const std::string url_;
};

}  // namespace penstock::aws
