#include "tests/model_iam/iam.h"

#include <algorithm>
#include <cassert>

namespace penstock::iam {
namespace {

// Returns a part of arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE; 3 is the region, 4 the account.
std::string part_of(std::string_view arn, int part) {
  for (; part > 0; --part) arn.remove_prefix(std::min(arn.find(':'), arn.size() - 1) + 1);
  return std::string(arn.substr(0, arn.find(':')));
}

model::Error denial(const Principal& who, const model::Access& access, const std::string& because) {
  const bool is_key = access.action.starts_with("kms:");
  return {400, is_key ? "KMSAccessDeniedException" : "AccessDeniedException",
          "User: " + who.arn + " is not authorized to perform: " + access.action +
              " on resource: " + access.resource + " " + because};
}

std::string access_key_id(const model::Request& request) {
  const std::string_view header = model::header(request.headers, "authorization");
  constexpr std::string_view kName = "Credential=";
  const size_t at = header.find(kName);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = header.substr(at + kName.size());
  return std::string(rest.substr(0, rest.find('/')));
}

}  // namespace

void Iam::add(const model::AccessKey& key, Principal who, std::vector<Policy> policies) {
  std::erase_if(keys_, [&](const model::AccessKey& other) { return other.id == key.id; });
  keys_.push_back(key);
  identities_.insert_or_assign(key.id, Identity{std::move(who), std::move(policies)});
  if (on_key_) on_key_(key);
}

const Principal& Iam::caller(const model::Request& request) const {
  const auto found = identities_.find(access_key_id(request));
  assert(found != identities_.end());
  return found->second.who;
}

Decision Iam::decide(const std::vector<Policy>& policies, const Question& question) const {
  Decision decision = Decision::none;
  for (const Policy& policy : policies) {
    const Decision one = policy.decide(question);
    if (one == Decision::deny) return one;
    if (one == Decision::allow) decision = one;
  }
  return decision;
}

bool Iam::may(const Question& question) {
  bool allowed = false;
  for (const auto& [id, identity] : identities_)
    if (identity.who.arn == question.who.arn) allowed = decide(identity.policies, question) == Decision::allow;
  (allowed ? allowed_ : denied_).insert(question.action);
  return allowed;
}

// In its own account, a call needs the permission of either side; in another account, that of both.
std::optional<model::Error> Iam::check(const Identity& identity, const model::Access& access) const {
  const bool is_own = identity.who.account == part_of(access.resource, 4);
  if (!is_own && !access.names_account)
    return model::Error{400, "ResourceNotFoundException",
                        access.resource.substr(access.resource.rfind(':') + 1) + " under account " +
                            identity.who.account + " not found."};
  Question question = {identity.who, access.action, access.resource};
  if (access.action.starts_with("kms:"))
    question.context["kms:ViaService"] = "kinesis." + part_of(access.resource, 3) + ".amazonaws.com";
  const Decision by_identity = decide(identity.policies, question);
  const auto policy = resource_policies_.find(access.resource);
  const Decision by_resource =
      policy == resource_policies_.end() ? Decision::none : policy->second.decide(question);
  const std::string what = "policy allows the " + access.action + " action";
  if (by_identity == Decision::deny)
    return denial(identity.who, access, "with an explicit deny in an identity-based policy");
  if (by_resource == Decision::deny)
    return denial(identity.who, access, "with an explicit deny in a resource-based policy");
  const bool either = by_identity == Decision::allow || by_resource == Decision::allow;
  if (is_own)
    return either ? std::nullopt
                  : std::optional(denial(identity.who, access, "because no identity-based " + what));
  if (by_identity != Decision::allow) return denial(identity.who, access, "because no identity-based " + what);
  if (by_resource != Decision::allow) return denial(identity.who, access, "because no resource-based " + what);
  return std::nullopt;
}

std::optional<model::Error> Iam::authorize(const model::Request& request,
                                           const std::vector<model::Access>& accesses) {
  const auto found = identities_.find(access_key_id(request));
  if (found == identities_.end()) return model::Error{400, "UnrecognizedClientException", "unknown access key"};
  for (const model::Access& access : accesses) {
    if (auto error = check(found->second, access)) {
      denied_.insert(access.action);
      return error;
    }
    allowed_.insert(access.action);
  }
  return std::nullopt;
}

std::optional<model::AccessKey> Iam::assume(const std::string& role_arn, const Principal& who,
                                            const std::string& session,
                                            const std::map<std::string, std::string>& context) {
  const auto role =
      std::find_if(roles_.begin(), roles_.end(), [&](const Role& each) { return each.arn == role_arn; });
  constexpr const char* kAction = "sts:AssumeRole";
  if (role == roles_.end() || role->trust.decide({who, kAction, role_arn, context}) != Decision::allow) {
    denied_.insert(kAction);
    return std::nullopt;
  }
  allowed_.insert(kAction);
  const std::string number = std::to_string(++sessions_);
  const model::AccessKey key = {"ASIA" + number, "secret-of-session-" + number, "token-of-session-" + number};
  const std::string account = part_of(role_arn, 4);
  const std::string name = role_arn.substr(role_arn.rfind('/') + 1);
  add(key, {account, "arn:aws:sts::" + account + ":assumed-role/" + name + "/" + session, role_arn},
      role->policies);
  return key;
}

}  // namespace penstock::iam
