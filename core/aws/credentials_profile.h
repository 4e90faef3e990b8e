// What a profile of AWS's shared config and credentials files says.
#pragma once

#include <string>

#include "core/aws/credentials.h"

namespace penstock {

class ProfileCredentials : public CredentialsProvider {
 public:
  // profile "" means AWS_PROFILE, else "default"; and then a file or profile that is missing is Code::not_found.
  ProfileCredentials(Env& env, std::string profile) : env_(env), profile_(std::move(profile)) {}
  void find(Found found) override;

 private:
  Env& env_;
  const std::string profile_;
};

}  // namespace penstock
