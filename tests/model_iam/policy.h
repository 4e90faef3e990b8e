// A policy of IAM, evaluated as its documentation says:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace penstock::iam {

// Who makes a call. A session of a role has the role's ARN in role_arn, and its own in arn.
struct Principal {
  std::string account;
  std::string arn;
  std::string role_arn = {};  // "": not a session of a role
  std::string service = {};   // such as "logs.amazonaws.com"; "": not a service of AWS
};

struct Question {
  Principal who;
  std::string action;
  std::string resource;
  std::map<std::string, std::string> context = {};  // condition keys and their values
};

enum class Decision { none, allow, deny };

struct Condition {
  std::string test;  // StringEquals, StringLike, ArnEquals, or ArnLike
  std::string key;
  std::vector<std::string> values;
};

struct Statement {
  std::string sid;
  Decision effect = Decision::none;
  std::vector<std::pair<std::string, std::string>> principals;  // kind and value; empty in a policy of an identity
  std::vector<std::string> actions;
  std::vector<std::string> resources;  // empty in the trust policy of a role
  std::vector<Condition> conditions;
};

struct Policy {
  std::vector<Statement> statements;

  // Throws std::invalid_argument, which says why, for anything that is not a policy, and for elements that are not
  // implemented here: a test must not pass because a part of a policy was ignored.
  static Policy parse(std::string_view json);

  // Whether it allows or denies the action; none: neither.
  Decision decide(const Question& question) const;
  // Returns the policy without an action in a statement. A statement without actions is removed.
  Policy without(std::string_view sid, std::string_view action) const;
};

// Matches text against a pattern with * and ?.
bool matches(std::string_view pattern, std::string_view text);

}  // namespace penstock::iam
