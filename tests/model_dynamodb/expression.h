// Conditions and updates, both as expressions and as the older parameters Expected and AttributeUpdates, which KCL
// 2.x sends. The model rejects what it does not implement.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/model_dynamodb/item.h"

namespace penstock::dynamodb {

// The values of #names and :values. Each one used must be defined, and each one defined must be used.
class Placeholders {
 public:
  // Reads the parameters ExpressionAttributeNames and ExpressionAttributeValues of a call.
  explicit Placeholders(const Value& parameters);

  std::string name(std::string_view token);
  const Attribute& value(std::string_view token);
  void reject_unused() const;

 private:
  std::map<std::string, std::string, std::less<>> names_;
  Item values_;
  std::set<std::string, std::less<>> used_;
};

// Holds if all terms hold.
struct Condition {
  struct Term {
    enum class Kind { equals, exists, exists_not };
    Kind kind;
    std::string path;
    Attribute value;  // equals
  };
  std::vector<Term> terms;

  // An item that does not exist has no attributes.
  bool holds(const Item& item) const;
};

struct Update {
  struct Change {
    enum class Kind { set, set_to_sum, add, remove };
    Kind kind;
    std::string path;
    std::string summand_path;  // set_to_sum: path = summand_path + value
    Attribute value;           // of all kinds except remove
  };
  std::vector<Change> changes;  // at most one per path

  // Applies all changes; each reads the item as it was before.
  void apply(Item& item) const;
};

Condition parse_condition(std::string_view text, Placeholders& placeholders);
Update parse_update(std::string_view text, Placeholders& placeholders);
Condition read_expected(const Value& expected);
Update read_attribute_updates(const Value& updates);

}  // namespace penstock::dynamodb
