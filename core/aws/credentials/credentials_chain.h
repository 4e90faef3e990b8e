// Several places to look for credentials, in an order.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/aws/credentials.h"

namespace penstock::aws {

// Takes the first of them that has something set up, and its word for it, good or bad. The error says first why
// that one failed, or the last one if nothing is set up, and then what those before it said. REQUIRES: there is
// one.
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
