// The context that all providers of credentials share.
#pragma once

#include <cstdint>

#include "core/aws/endpoint.h"
#include "core/aws/service_clock.h"
#include "core/env.h"

namespace penstock::aws {

struct CredentialsContext {
  Env& env;
  ServiceClock& clock;
  Endpoint sts;  // endpoint for assuming roles
  int64_t sts_timeout_ms = 0;
  // Whether to call the instance metadata service without a token if it does not support tokens.
  bool imds_v1_fallback = false;
};

}  // namespace penstock::aws
