// Credentials of a role that is assumed with a token in a file, as on Kubernetes (IRSA),
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

// Returns AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, and AWS_ROLE_SESSION_NAME, each if it is set.
WebIdentity web_identity_of_environment(Env& env);

class WebIdentityCredentials : public CredentialsProvider {
 public:
  // context outlives the provider.
  WebIdentityCredentials(const CredentialsContext& context, WebIdentity identity)
      : context_(context), identity_(std::move(identity)) {}
  // Reads the file each time, because it is replaced before the token expires.
  void find(const Done& done) override;

 private:
  const CredentialsContext& context_;
  const WebIdentity identity_;
};

}  // namespace penstock::aws
