#include "tests/model_iam/policy.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <stdexcept>

#include "tests/model_kinesis/json_in.h"

namespace penstock::iam {
namespace {

using Value = rapidjson::Value;

[[noreturn]] void reject(const std::string& why) { throw std::invalid_argument("policy: " + why); }

std::string text_of(const Value& value) {
  if (!value.IsString()) reject("expected a string");
  return std::string(model::view(value));
}

// Where IAM accepts a list, it also accepts a single value.
std::vector<std::string> texts_of(const Value& value) {
  std::vector<std::string> texts;
  if (!value.IsArray()) return {text_of(value)};
  for (const Value& each : value.GetArray()) texts.push_back(text_of(each));
  if (texts.empty()) reject("empty list");
  return texts;
}

std::vector<std::pair<std::string, std::string>> principals_of(const Value& value) {
  if (!value.IsObject()) reject("expected Principal to be an object");
  std::vector<std::pair<std::string, std::string>> principals;
  for (const auto& member : value.GetObject())
    for (std::string& each : texts_of(member.value))
      principals.emplace_back(text_of(member.name), std::move(each));
  return principals;
}

std::vector<Condition> conditions_of(const Value& value) {
  if (!value.IsObject()) reject("expected Condition to be an object");
  std::vector<Condition> conditions;
  for (const auto& test : value.GetObject()) {
    const std::string name = text_of(test.name);
    if (name != "StringEquals" && name != "StringLike" && name != "ArnEquals" && name != "ArnLike")
      reject("condition " + name +
             ", which the model does not know; expected StringEquals, StringLike, ArnEquals, or ArnLike");
    if (!test.value.IsObject()) reject("expected " + name + " to be an object");
    for (const auto& key : test.value.GetObject())
      conditions.push_back({name, text_of(key.name), texts_of(key.value)});
  }
  return conditions;
}

Statement statement_of(const Value& value) {
  if (!value.IsObject()) reject("a statement is not an object");
  Statement statement;
  for (const auto& member : value.GetObject()) {
    const std::string name = text_of(member.name);
    if (name == "Sid") {
      statement.sid = text_of(member.value);
    } else if (name == "Effect") {
      const std::string effect = text_of(member.value);
      if (effect != "Allow" && effect != "Deny") reject("invalid Effect " + effect);
      statement.effect = effect == "Allow" ? Decision::allow : Decision::deny;
    } else if (name == "Principal") {
      statement.principals = principals_of(member.value);
    } else if (name == "Action") {
      statement.actions = texts_of(member.value);
    } else if (name == "Resource") {
      statement.resources = texts_of(member.value);
    } else if (name == "Condition") {
      statement.conditions = conditions_of(member.value);
    } else {
      reject("element " + name + ", which the model does not know");
    }
  }
  if (statement.effect == Decision::none || statement.actions.empty())
    reject("a statement has no Effect or Action");
  if (statement.resources.empty() && statement.principals.empty()) reject("a statement has no Resource");
  return statement;
}

bool is_principal(const std::pair<std::string, std::string>& principal, const Principal& who) {
  const auto& [kind, value] = principal;
  if (kind == "Service") return !who.service.empty() && value == who.service;
  if (kind != "AWS" || !who.service.empty()) return false;
  return value == "*" || value == who.account || value == "arn:aws:iam::" + who.account + ":root" ||
         value == who.arn || value == who.role_arn;
}

// A condition on a key that the call does not have is not met.
bool is_met(const Condition& condition, const Question& question) {
  const auto found = question.context.find(condition.key);
  if (found == question.context.end()) return false;
  const bool is_exact = condition.test == "StringEquals";
  return std::any_of(condition.values.begin(), condition.values.end(), [&](const std::string& value) {
    return is_exact ? value == found->second : matches(value, found->second);
  });
}

bool applies(const Statement& statement, const Question& question) {
  const auto any = [](const auto& list, const auto& test) { return std::any_of(list.begin(), list.end(), test); };
  if (!statement.principals.empty() &&
      !any(statement.principals, [&](const auto& each) { return is_principal(each, question.who); }))
    return false;
  if (!any(statement.actions, [&](const std::string& each) { return matches(each, question.action); }))
    return false;
  if (!statement.resources.empty() &&
      !any(statement.resources, [&](const std::string& each) { return matches(each, question.resource); }))
    return false;
  return std::all_of(statement.conditions.begin(), statement.conditions.end(),
                     [&](const Condition& each) { return is_met(each, question); });
}

}  // namespace

bool matches(std::string_view pattern, std::string_view text) {
  size_t at = 0, star = std::string_view::npos, resume = 0, i = 0;
  while (i < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resume = i;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[i])) {
      ++at;
      ++i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

Policy Policy::parse(std::string_view json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) reject("not a JSON object");
  const Value* const version = model::find_member(document, "Version");
  const Value* const statements = model::find_member(document, "Statement");
  if (version == nullptr || text_of(*version) != "2012-10-17") reject("no Version 2012-10-17");
  if (statements == nullptr || !statements->IsArray()) reject("no list Statement");
  if (document.MemberCount() != 2) reject("expected Version and Statement only");
  Policy policy;
  for (const Value& each : statements->GetArray()) policy.statements.push_back(statement_of(each));
  return policy;
}

Decision Policy::decide(const Question& question) const {
  Decision decision = Decision::none;
  for (const Statement& statement : statements) {
    if (!applies(statement, question)) continue;
    if (statement.effect == Decision::deny) return Decision::deny;
    decision = Decision::allow;
  }
  return decision;
}

Policy Policy::without(std::string_view sid, std::string_view action) const {
  Policy rest = *this;
  for (Statement& statement : rest.statements)
    if (statement.sid == sid) std::erase(statement.actions, action);
  std::erase_if(rest.statements, [](const Statement& statement) { return statement.actions.empty(); });
  return rest;
}

}  // namespace penstock::iam
