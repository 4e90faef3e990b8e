// Credentials printed by a user's program,
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
#pragma once

#include <string>

#include "core/aws/credentials.h"

namespace penstock::aws {

class ProcessCredentials : public CredentialsProvider {
 public:
  // where is the name of the setting, for messages; command is its value.
  ProcessCredentials(Env& env, std::string where, std::string command)
      : env_(env), where_(std::move(where)), command_(std::move(command)) {}
  // Runs the command without a shell, for at most 1 minute and 64 KiB of output. If it fails, its standard error
  // is shown.
  void find(const Done& done) override;

 private:
  Env& env_;
  const std::string where_;
  const std::string command_;
};

}  // namespace penstock::aws
