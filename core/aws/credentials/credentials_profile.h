// Credentials of a profile in AWS's shared config and credentials files: keys, a role to assume, or a program to
// run. https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
#pragma once

#include <memory>
#include <string>

#include "core/aws/credentials.h"
#include "core/aws/credentials/credentials_context.h"

namespace penstock::aws {

// A provider that reads the files on each find(). If a profile configures several sources of credentials, it uses
// the one that botocore uses: role_arn with a source, web identity, the keys of the credentials file,
// credential_process, the keys of the config file.
class ProfileCredentials : public CredentialsProvider {
 public:
  // profile "" means the profile that the environment names, or else "default"; in this case, variables for a web
  // identity take precedence over the profile's settings. context outlives the provider.
  ProfileCredentials(const CredentialsContext& context, std::string profile)
      : context_(context), profile_(std::move(profile)) {}
  // Fails with Code::not_found only if no profile is named and the files configure no credentials for "default".
  void find(const Done& done) override;

 private:
  const CredentialsContext& context_;
  const std::string profile_;
  std::unique_ptr<CredentialsProvider> meant_;  // provider for the profile as it was last read
};

}  // namespace penstock::aws
