// Conditions and updates, from expressions and from the older parameters Expected and AttributeUpdates, which KCL
// 2.x writes. What the model does not know of them it refuses.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/model_dynamodb/item.h"

namespace penstock::dynamodb {

// What #names and :values stand for. Each must be there, and be used.
class Placeholders {
 public:
  // Of a call's parameters ExpressionAttributeNames and ExpressionAttributeValues.
  explicit Placeholders(const Value& parameters);

  std::string name(std::string_view token);
  const Attribute& value(std::string_view token);
  void refuse_unused() const;

 private:
  std::map<std::string, std::string, std::less<>> names_;
  Item values_;
  std::set<std::string, std::less<>> used_;
};

// All terms must hold.
struct Condition {
  struct Term {
    enum class Kind { equals, exists, exists_not };
    Kind kind;
    std::string path;
    Attribute value;  // equals
  };
  std::vector<Term> terms;

  // An item that is not there has no attributes.
  bool holds(const Item& item) const;
};

struct Update {
  struct Change {
    enum class Kind { set, set_to_sum, add, remove };
    Kind kind;
    std::string path;
    std::string summand_path;  // set_to_sum: path = summand_path + value
    Attribute value;           // all but remove
  };
  std::vector<Change> changes;  // no two of one path

  // All of them read the item as it was.
  void apply(Item& item) const;
};

Condition parse_condition(std::string_view text, Placeholders& placeholders);
Update parse_update(std::string_view text, Placeholders& placeholders);
Condition read_expected(const Value& expected);
Update read_attribute_updates(const Value& updates);

}  // namespace penstock::dynamodb
