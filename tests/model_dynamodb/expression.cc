#include "tests/model_dynamodb/expression.h"

#include <algorithm>
#include <utility>

#include "tests/model_kinesis/json_in.h"
#include "tests/model_kinesis/message.h"

namespace penstock::dynamodb {

using model::find_member, model::view;
using Term = Condition::Term;
using Change = Update::Change;

namespace {

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Words, placeholders and single characters.
class Tokens {
 public:
  Tokens(std::string_view text, Placeholders& placeholders) : rest_(text), placeholders_(placeholders) {
    advance();
  }

  bool at_end() const { return token_.empty(); }
  bool at_value() const { return token_.starts_with(':'); }
  // Consumes the next token if it is `token`. Keywords are compared without case.
  bool take(std::string_view token) {
    if (model::lower_case(token_) != model::lower_case(token)) return false;
    advance();
    return true;
  }
  void expect(std::string_view token) {
    if (!take(token)) reject_syntax();
  }
  std::string path() {
    if (token_.empty() || (token_.front() != '#' && !is_name_char(token_.front()))) reject_syntax();
    std::string path = token_.front() == '#' ? placeholders_.name(token_) : token_;
    advance();
    return path;
  }
  Attribute value() {
    if (!at_value()) reject_syntax();
    Attribute value = placeholders_.value(token_);
    advance();
    return value;
  }
  [[noreturn]] void reject_syntax() const {
    reject_validation("Invalid expression: Syntax error; token: " + (at_end() ? "<EOF>" : token_));
  }

 private:
  void advance() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    size_t size = std::min<size_t>(rest_.size(), 1);
    while (size < rest_.size() && (is_name_char(rest_.front()) || rest_.front() == ':' || rest_.front() == '#') &&
           is_name_char(rest_[size]))
      ++size;
    token_ = rest_.substr(0, size);
    rest_.remove_prefix(size);
  }

  std::string_view rest_;
  std::string token_;
  Placeholders& placeholders_;
};

void add_change(Update& update, Change change) {
  for (const Change& other : update.changes)
    if (other.path == change.path)
      reject_validation(
          "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of "
          "these paths; path: [" +
          change.path + "]");
  update.changes.push_back(std::move(change));
}

Change parse_set(Tokens& tokens) {
  Change change = {Change::Kind::set, tokens.path(), {}, {}};
  tokens.expect("=");
  if (tokens.at_value()) {
    change.value = tokens.value();
    return change;
  }
  change.kind = Change::Kind::set_to_sum;
  change.summand_path = tokens.path();
  tokens.expect("+");
  change.value = tokens.value();
  return change;
}

// Parses the comma-separated changes of one clause.
void parse_clause(Tokens& tokens, Update& update, Change (*parse_change)(Tokens&)) {
  do {
    add_change(update, parse_change(tokens));
  } while (tokens.take(","));
}

}  // namespace

Placeholders::Placeholders(const Value& parameters) {
  if (const Value* names = find_member(parameters, "ExpressionAttributeNames"))
    for (auto name = names->MemberBegin(); name < names->MemberEnd(); ++name)
      names_.emplace(view(name->name), view(name->value));
  if (const Value* values = find_member(parameters, "ExpressionAttributeValues")) {
    if (values->IsObject() && values->ObjectEmpty())
      reject_validation("ExpressionAttributeValues must not be empty");
    values_ = read_item(*values);
  }
}

std::string Placeholders::name(std::string_view token) {
  const auto found = names_.find(token);
  if (found == names_.end())
    reject_validation("An expression attribute name used in the document path is not defined; attribute name: " +
                      std::string(token));
  used_.emplace(token);
  return found->second;
}

const Attribute& Placeholders::value(std::string_view token) {
  const auto found = values_.find(token);
  if (found == values_.end())
    reject_validation("An expression attribute value used in expression is not defined; attribute value: " +
                      std::string(token));
  used_.emplace(token);
  return found->second;
}

void Placeholders::reject_unused() const {
  for (const auto& [token, name] : names_)
    if (!used_.contains(token))
      reject_validation("Value provided in ExpressionAttributeNames unused in expressions: keys: {" + token + "}");
  for (const auto& [token, value] : values_)
    if (!used_.contains(token))
      reject_validation("Value provided in ExpressionAttributeValues unused in expressions: keys: {" + token +
                        "}");
}

bool Condition::holds(const Item& item) const {
  return std::all_of(terms.begin(), terms.end(), [&item](const Term& term) {
    const auto found = item.find(term.path);
    const bool there = found != item.end();
    if (term.kind == Term::Kind::equals) return there && found->second == term.value;
    return there == (term.kind == Term::Kind::exists);
  });
}

void Update::apply(Item& item) const {
  const Item before = item;
  for (const Change& change : changes) {
    const auto old = before.find(change.kind == Change::Kind::set_to_sum ? change.summand_path : change.path);
    switch (change.kind) {
      case Change::Kind::set:
        item[change.path] = change.value;
        break;
      case Change::Kind::set_to_sum:
        if (old == before.end())
          reject_validation("The provided expression refers to an attribute that does not exist in the item");
        item[change.path] = number_attribute(number_in(old->second) + number_in(change.value));
        break;
      case Change::Kind::add:
        item[change.path] =
            number_attribute((old == before.end() ? 0 : number_in(old->second)) + number_in(change.value));
        break;
      case Change::Kind::remove:
        item.erase(change.path);
        break;
    }
  }
}

Condition parse_condition(std::string_view text, Placeholders& placeholders) {
  Tokens tokens(text, placeholders);
  Condition condition;
  do {
    Term term = {Term::Kind::equals, {}, {}};
    if (tokens.take("attribute_exists"))
      term.kind = Term::Kind::exists;
    else if (tokens.take("attribute_not_exists"))
      term.kind = Term::Kind::exists_not;
    if (term.kind == Term::Kind::equals) {
      term.path = tokens.path();
      tokens.expect("=");
      term.value = tokens.value();
    } else {
      tokens.expect("(");
      term.path = tokens.path();
      tokens.expect(")");
    }
    condition.terms.push_back(std::move(term));
  } while (tokens.take("AND"));
  if (!tokens.at_end()) tokens.reject_syntax();
  return condition;
}

Update parse_update(std::string_view text, Placeholders& placeholders) {
  Tokens tokens(text, placeholders);
  Update update;
  std::set<std::string> clauses;
  const auto begin = [&](const char* clause) {
    if (!tokens.take(clause)) return false;
    if (!clauses.insert(clause).second)
      reject_validation(std::string("Invalid UpdateExpression: The \"") + clause +
                        "\" section can only be used once in an update expression;");
    return true;
  };
  do {
    if (begin("SET"))
      parse_clause(tokens, update, parse_set);
    else if (begin("REMOVE"))
      parse_clause(tokens, update, [](Tokens& from) { return Change{Change::Kind::remove, from.path(), {}, {}}; });
    else if (begin("ADD"))
      parse_clause(tokens, update, [](Tokens& from) {
        std::string path = from.path();
        return Change{Change::Kind::add, std::move(path), {}, from.value()};
      });
    else
      tokens.reject_syntax();
  } while (!tokens.at_end());
  return update;
}

Condition read_expected(const Value& expected) {
  Condition condition;
  for (auto member = expected.MemberBegin(); member < expected.MemberEnd(); ++member) {
    const Value* value = find_member(member->value, "Value");
    const Value* exists = find_member(member->value, "Exists");
    if (member->value.MemberCount() != (value != nullptr ? 1U : 0U) + (exists != nullptr ? 1U : 0U))
      reject_validation("This model knows Value and Exists in Expected alone");
    if ((exists == nullptr || exists->GetBool()) != (value != nullptr))
      reject_validation("One or more parameter values were invalid: Value " +
                        std::string(value != nullptr ? "cannot be used when Exists is false"
                                                     : "must be provided when Exists is true") +
                        " for Attribute: " + std::string(view(member->name)));
    Term term = {
        value != nullptr ? Term::Kind::equals : Term::Kind::exists_not, std::string(view(member->name)), {}};
    if (value != nullptr) term.value = read_attribute(*value);
    condition.terms.push_back(std::move(term));
  }
  return condition;
}

Update read_attribute_updates(const Value& updates) {
  Update update;
  for (auto member = updates.MemberBegin(); member < updates.MemberEnd(); ++member) {
    const Value* value = find_member(member->value, "Value");
    const Value* action = find_member(member->value, "Action");
    const std::string_view what = action == nullptr ? "PUT" : view(*action);
    Change change = {Change::Kind::set, std::string(view(member->name)), {}, {}};
    if (value != nullptr) change.value = read_attribute(*value);
    if (what == "DELETE" && value == nullptr)
      change.kind = Change::Kind::remove;
    else if (what == "ADD" && change.value.type == "N")
      change.kind = Change::Kind::add;
    else if (what != "PUT" || value == nullptr)
      reject_validation(
          "One or more parameter values were invalid: Only DELETE action is allowed when no "
          "attribute value is specified, and this model knows DELETE without, ADD with a number");
    add_change(update, std::move(change));
  }
  return update;
}

}  // namespace penstock::dynamodb
