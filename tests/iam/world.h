// An account with a stream, a queue, and a lease table, in which nothing is permitted unless a policy of docs/iam
// allows it; in virtual time.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "core/aws/credentials/default_credentials.h"
#include "core/aws/credentials_cache.h"
#include "core/aws/service_client.h"
#include "tests/model_dynamodb/service.h"
#include "tests/model_iam/iam.h"
#include "tests/model_iam/sts.h"
#include "tests/model_kinesis/service.h"
#include "tests/sim/sim_env.h"

namespace penstock::iam {

// The values that replace the placeholders of the policies.
inline constexpr const char* kRegion = "us-east-1";
inline constexpr const char* kAccount = "111122223333";
inline constexpr const char* kOtherAccount = "444455556666";
inline constexpr const char* kStream = "logs";
inline constexpr const char* kStreamArn = "arn:aws:kinesis:us-east-1:111122223333:stream/logs";
inline constexpr const char* kTable = "leases";
inline constexpr const char* kRoleArn = "arn:aws:iam::111122223333:role/penstock";
inline constexpr const char* kKeyArn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd";
inline constexpr const char* kExternalId = "7f3a";

// The policies of docs/iam, by the names of their files without .json.
using Policies = std::map<std::string, Policy>;

// Reads a policy and replaces its placeholders. Throws std::invalid_argument if that fails.
Policy read_policy(const std::string& name, const std::string& queue_arn);

struct World {
  World();

  // Makes the caller an identity of that account with the policies. Its key is the one in the environment.
  void let(const std::string& account, std::vector<Policy> policies);
  model::Reply serve(const std::string& host, model::Request request);
  std::string log() const;

  // Changes a request on its way to Kinesis.
  std::function<void(model::Request&)> edit = nullptr;
  Iam iam;
  sim::SimClock clock;
  model::Service kinesis;
  dynamodb::Service dynamodb;
  Sts sts{iam, kRegion, [this] { return clock.unix_ms(); }};
  std::string queue_arn;
  sim::SimEnv sim{
      clock, [this](const std::string& host, model::Request request) { return serve(host, std::move(request)); },
      20261201};
};

// The calls of a process, with the credentials of the environment or of a role that it assumes with them.
struct Calls {
  explicit Calls(Env& env, const aws::Role& role = {});

  aws::ServiceClock clock;
  aws::CredentialsContext context;
  aws::CredentialsCache credentials;
  aws::CallMetrics metrics;
  aws::ServiceClient kinesis, dynamodb;
};

}  // namespace penstock::iam
