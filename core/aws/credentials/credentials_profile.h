// The credentials of a profile of AWS's shared config and credentials files: keys, a role to assume, or a program
// to run. https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
#pragma once

#include <memory>
#include <string>

#include "core/aws/credentials.h"
#include "core/aws/credentials/credentials_context.h"

namespace penstock::aws {

// Reads the files each time. Of the ways to credentials that a profile may have at once, takes the one that
// botocore takes: role_arn with a source, web identity, the keys of the credentials file, credential_process, the
// keys of the config file.
class ProfileCredentials : public CredentialsProvider {
 public:
  // profile "" means the one that the environment names, else "default"; then the environment may also name a web
  // identity, whose variables go before the profile's settings. context outlives it.
  ProfileCredentials(const CredentialsContext& context, std::string profile)
      : context_(context), profile_(std::move(profile)) {}
  // Code::not_found only if no profile is named and nothing in the files mentions "default" as a source of
  // credentials.
  void find(const Done& done) override;

 private:
  const CredentialsContext& context_;
  const std::string profile_;
  std::unique_ptr<CredentialsProvider> meant_;  // by the profile, when it was last read
};

}  // namespace penstock::aws
