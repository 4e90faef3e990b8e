// A client of the model, with the key pair that the environment names.
#pragma once

#include <memory>

#include "core/aws/credentials_cache.h"
#include "core/aws/credentials_environment.h"
#include "core/aws/endpoint.h"
#include "core/aws/service_client.h"
#include "core/aws/service_clock.h"

namespace penstock::sim {

struct SimClientParts {
  explicit SimClientParts(Env& env)
      : clock(env.clock), credentials(env, clock, std::make_unique<EnvironmentCredentials>(env)) {}
  ServiceClock clock;
  CredentialsCache credentials;
};

class SimClient : private SimClientParts, public ServiceClient {
 public:
  explicit SimClient(Env& env)
      : SimClientParts(env),
        ServiceClient(env, kKinesisProtocol, *make_endpoint("kinesis", "us-east-1", "", false), credentials, clock,
                      30'000) {}
};

}  // namespace penstock::sim
