// The instance metadata service of EC2, version 2,
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

  // At AWS_EC2_METADATA_SERVICE_ENDPOINT, else at the address for AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE (IPv4,
  // IPv6). v1_fallback: where the service knows no tokens (it answers 403, 404 or 405), ask without one.
  Imds(Env& env, bool v1_fallback);

  // What is at that path, like "/latest/meta-data/placement/region". answered is told once, inside get() or inside
  // a later drive() of the transport; only then may get() be called again. Code::config where
  // AWS_EC2_METADATA_DISABLED forbids to ask, not_found for HTTP 404. The error does not begin with who said it.
  void get(std::string path, const Done& done);

 private:
  void get_token(std::string path, const Done& done);
  void get_with(std::string path, const std::string& token, const Done& done);

  Env& env_;
  const bool v1_fallback_;
  const std::string url_;
};

}  // namespace penstock::aws
