// Credentials of a role that is assumed with other credentials,
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
#pragma once

#include <memory>

#include "core/aws/credentials.h"
#include "core/aws/credentials/credentials_context.h"
#include "core/aws/credentials/sts.h"

namespace penstock::aws {

class AssumeRoleCredentials : public CredentialsProvider {
 public:
  // Each find() first asks source. context outlives the provider.
  AssumeRoleCredentials(const CredentialsContext& context, Role role, std::unique_ptr<CredentialsProvider> source)
      : context_(context), role_(std::move(role)), source_(std::move(source)) {}
  void find(const Done& done) override;

 private:
  void assume(const Credentials& credentials, const Done& done);

  const CredentialsContext& context_;
  const Role role_;
  const std::unique_ptr<CredentialsProvider> source_;
};

}  // namespace penstock::aws
