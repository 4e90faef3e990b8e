// Credentials in environment variables,
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html
#pragma once

#include "core/aws/credentials.h"

namespace penstock::aws {

// A provider that reads AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN. As in botocore, the
// token's old name, AWS_SECURITY_TOKEN, takes precedence. These credentials never expire.
class EnvironmentCredentials : public CredentialsProvider {
 public:
  explicit EnvironmentCredentials(Env& env) : env_(env) {}
  void find(const Done& done) override;

 private:
  Env& env_;
};

}  // namespace penstock::aws
