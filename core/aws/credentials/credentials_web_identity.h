// The keys of a role for a token in a file, as Kubernetes gives to pods (IRSA),
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
#pragma once

#include <string>

#include "core/aws/credentials.h"
#include "core/aws/credentials/credentials_context.h"
#include "core/aws/credentials/sts.h"

namespace penstock::aws {

struct WebIdentity {
  std::string token_file;
  Role role;
};

// AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN and AWS_ROLE_SESSION_NAME, as far as they are set.
WebIdentity web_identity_of_environment(Env& env);

class WebIdentityCredentials : public CredentialsProvider {
 public:
  // context outlives it.
  WebIdentityCredentials(const CredentialsContext& context, WebIdentity identity)
      : context_(context), identity_(std::move(identity)) {}
  // Reads the file each time: it is replaced before the token expires.
  void find(const Done& done) override;

 private:
  const CredentialsContext& context_;
  const WebIdentity identity_;
};

}  // namespace penstock::aws
