// Items of a table: attribute values as DynamoDB's JSON has them, those kinds that tables of leases hold.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
#pragma once

#include <rapidjson/document.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "tests/model_kinesis/json_out.h"
#include "tests/model_kinesis/message.h"

namespace penstock::dynamodb {

using Value = rapidjson::Value;

// Thrown at a call that is refused, caught where it came in.
struct Refusal {
  model::Error error;
};
[[noreturn]] void refuse(std::string code, std::string message);
[[noreturn]] void refuse_validation(std::string message);

struct Attribute {
  std::string type;  // S, N, B (as base64), SS
  std::string text;
  std::set<std::string> texts;  // of SS
  friend bool operator==(const Attribute&, const Attribute&) = default;
};
using Item = std::map<std::string, Attribute, std::less<>>;

Attribute text_attribute(std::string text);
Attribute number_attribute(int64_t number);
// A whole number; anything else is refused.
int64_t number_in(const Attribute& attribute);

// Stricter than the service in this: an empty string is refused (KCL 2.x can neither write nor judge one), and so
// are numbers that are not written as the service gives them back.
Attribute read_attribute(const Value& value);
Item read_item(const Value& value);
void write_json(model::JsonOut& out, const Attribute& attribute);
void write_json(model::JsonOut& out, const Item& item);

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
size_t size_of(const Item& item);

}  // namespace penstock::dynamodb
