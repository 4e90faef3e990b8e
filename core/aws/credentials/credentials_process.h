// The keys that a program of the user's prints,
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
#pragma once

#include <string>

#include "core/aws/credentials.h"

namespace penstock::aws {

class ProcessCredentials : public CredentialsProvider {
 public:
  // where names the setting, for a person; command is its value.
  ProcessCredentials(Env& env, std::string where, std::string command)
      : env_(env), where_(std::move(where)), command_(std::move(command)) {}
  // Runs it without a shell, for a minute and 64 KiB at most. What it writes to standard error is shown if it
  // fails.
  void find(const Done& done) override;

 private:
  Env& env_;
  const std::string where_;
  const std::string command_;
};

}  // namespace penstock::aws
