// Keys in environment variables,
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html
#pragma once

#include "core/aws/credentials.h"

namespace penstock::aws {

// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN (before it its old name AWS_SECURITY_TOKEN, as
// botocore has them). They never expire.
class EnvironmentCredentials : public CredentialsProvider {
 public:
  explicit EnvironmentCredentials(Env& env) : env_(env) {}
  void find(const Done& done) override;

 private:
  Env& env_;
};

}  // namespace penstock::aws
