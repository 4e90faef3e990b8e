// Credentials of the role of an EC2 instance,
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
#pragma once

#include <string>

#include "core/aws/credentials.h"
#include "core/aws/credentials/credentials_context.h"
#include "core/aws/credentials/imds.h"

namespace penstock::aws {

class ImdsCredentials : public CredentialsProvider {
 public:
  // context outlives the provider.
  explicit ImdsCredentials(const CredentialsContext& context)
      : context_(context), imds_(context.env, context.imds_v1_fallback) {}
  // Accepts expired credentials, which the service returns while it cannot get new ones, and has the cache ask
  // again in 5 to 10 minutes: they usually still work, and all of AWS's tools do the same.
  void find(const Done& done) override;

 private:
  void get_keys(const std::string& role, const Done& done);
  Result<Credentials> read(const std::string& role, const Result<std::string>& response);

  const CredentialsContext& context_;
  Imds imds_;
  bool expired_logged_ = false;  // the last response had expired credentials
};

}  // namespace penstock::aws
