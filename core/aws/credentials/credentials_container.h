// Credentials of an ECS task or an EKS pod,
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
#pragma once

#include "core/aws/credentials.h"

namespace penstock::aws {

// A provider that calls AWS_CONTAINER_CREDENTIALS_RELATIVE_URI (at 169.254.170.2), or else
// AWS_CONTAINER_CREDENTIALS_FULL_URI. It sends the token in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, which it reads
// each time, or else the one in AWS_CONTAINER_AUTHORIZATION_TOKEN.
class ContainerCredentials : public CredentialsProvider {
 public:
  explicit ContainerCredentials(Env& env) : env_(env) {}
  void find(const Done& done) override;

 private:
  Env& env_;
};

}  // namespace penstock::aws
