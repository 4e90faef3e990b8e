// Identities with their policies, and the decisions about their calls. Everything that no policy allows is denied.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/model_iam/policy.h"
#include "tests/model_kinesis/access.h"
#include "tests/model_kinesis/message.h"
#include "tests/model_kinesis/signature.h"

namespace penstock::iam {

// A role that can be assumed.
struct Role {
  std::string arn;
  Policy trust;
  std::vector<Policy> policies;
};

class Iam {
 public:
  // Adds an identity with an access key.
  void add(const model::AccessKey& key, Principal who, std::vector<Policy> policies);
  void add_role(Role role) { roles_.push_back(std::move(role)); }
  // Sets the policy of a stream or a queue.
  void set_resource_policy(const std::string& arn, Policy policy) { resource_policies_[arn] = std::move(policy); }

  // For the models: decides about a signed request. For each denied access, the error is the service's.
  std::optional<model::Error> authorize(const model::Request& request, const std::vector<model::Access>& accesses);
  model::Authorize authorizer() {
    return [this](const model::Request& request, const std::vector<model::Access>& accesses) {
      return authorize(request, accesses);
    };
  }

  // Returns the key of a new session of the role, or nullopt if its trust policy does not let the caller assume
  // it.
  std::optional<model::AccessKey> assume(const std::string& role_arn, const Principal& who,
                                         const std::string& session,
                                         const std::map<std::string, std::string>& context);
  // Returns the identity that signed the request. REQUIRES: the signature is valid.
  const Principal& caller(const model::Request& request) const;
  // Returns whether the policies of the caller allow an action.
  bool may(const Question& question);

  // Calls a function with each key that is added, for the models to accept it.
  void on_key(std::function<void(const model::AccessKey&)> hook) { on_key_ = std::move(hook); }
  const std::vector<model::AccessKey>& keys() const { return keys_; }
  // The actions that were allowed, and those that were denied.
  const std::set<std::string>& allowed() const { return allowed_; }
  const std::set<std::string>& denied() const { return denied_; }

 private:
  struct Identity {
    Principal who;
    std::vector<Policy> policies;
  };
  std::optional<model::Error> check(const Identity& identity, const model::Access& access) const;
  Decision decide(const std::vector<Policy>& policies, const Question& question) const;

  std::vector<model::AccessKey> keys_;
  std::map<std::string, Identity, std::less<>> identities_;  // by access key ID
  std::vector<Role> roles_;
  std::map<std::string, Policy, std::less<>> resource_policies_;  // by ARN
  std::function<void(const model::AccessKey&)> on_key_;
  std::set<std::string> allowed_, denied_;
  int sessions_ = 0;
};

}  // namespace penstock::iam
