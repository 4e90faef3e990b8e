// What a profile of AWS's shared config and credentials files says: keys, a role to assume, or a program to run.
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
#pragma once

#include <memory>
#include <string>

#include "core/aws/credentials.h"
#include "core/aws/credentials_context.h"

namespace penstock {

class ProfileCredentials : public CredentialsProvider {
 public:
  // profile "" means AWS_PROFILE, else "default". Where neither names one, a file or profile that is missing, or
  // has nothing of ours, is Code::not_found. context outlives it.
  ProfileCredentials(const CredentialsContext& context, std::string profile)
      : context_(context), profile_(std::move(profile)) {}
  // Reads the files each time.
  void find(const Found& found) override;

 private:
  const CredentialsContext& context_;
  const std::string profile_;
  std::unique_ptr<CredentialsProvider> meant_;  // by the profile, when it was last read
};

}  // namespace penstock
