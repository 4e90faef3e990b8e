// A client of the model, with the credentials from the environment.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/aws/credentials/credentials_environment.h"
#include "core/aws/credentials_cache.h"
#include "core/aws/endpoint.h"
#include "core/aws/service_client.h"
#include "core/aws/service_clock.h"

namespace penstock::sim {

struct SimClientParts {
  // Counts how often credentials are requested.
  class Counted : public aws::EnvironmentCredentials {
   public:
    Counted(Env& env, int& finds) : aws::EnvironmentCredentials(env), finds_(finds) {}
    void find(const Done& found) override {
      ++finds_;
      aws::EnvironmentCredentials::find(found);
    }

   private:
    int& finds_;
  };

  explicit SimClientParts(Env& env)
      : clock(env.clock), credentials(env, clock, std::make_unique<Counted>(env, finds)) {}
  int finds = 0;
  aws::ServiceClock clock;
  aws::CredentialsCache credentials;
  aws::CallMetrics metrics;
};

class SimClient : private SimClientParts, public aws::ServiceClient {
 public:
  // endpoint: "" for AWS's own, which uses https.
  explicit SimClient(Env& env, const std::string& endpoint = "",
                     aws::JsonProtocol protocol = aws::kKinesisProtocol, std::string_view service = "kinesis")
      : SimClientParts(env),
        aws::ServiceClient(env, protocol, *aws::make_endpoint(service, "us-east-1", endpoint, false), credentials,
                           clock, metrics, 30'000) {}

  // Returns how often credentials were requested.
  int credentials_found() const { return finds; }
};

}  // namespace penstock::sim
