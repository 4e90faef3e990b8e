// A sequence of credentials sources.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/aws/credentials.h"

namespace penstock::aws {

// A provider that asks others in order. The first one that is configured decides: its credentials or its error are
// the result. The error starts with that of the deciding provider, or of the last one if none is configured,
// followed by the errors of the providers before it. REQUIRES: at least one provider.
class CredentialsChain : public CredentialsProvider {
 public:
  explicit CredentialsChain(std::vector<std::unique_ptr<CredentialsProvider>> providers)
      : providers_(std::move(providers)) {}
  void find(const Done& done) override { ask(0, "", done); }

 private:
  void ask(size_t index, std::string before, const Done& done);

  const std::vector<std::unique_ptr<CredentialsProvider>> providers_;
};

}  // namespace penstock::aws
