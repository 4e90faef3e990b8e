// What the providers of credentials have in common.
#pragma once

#include <cstdint>

#include "core/aws/endpoint.h"
#include "core/aws/service_clock.h"
#include "core/env.h"

namespace penstock::aws {

struct CredentialsContext {
  Env& env;
  ServiceClock& clock;
  Endpoint sts;  // where roles are assumed
  int64_t sts_timeout_ms = 0;
  bool imds_v1_fallback = false;  // ask the instance metadata without a token where it knows none
};

}  // namespace penstock::aws
