// Items of a table. Attribute values have the types that lease tables use, in DynamoDB's JSON.
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

// Thrown by a rejected call, caught where the request is handled.
struct Rejection {
  model::Error error;
};
[[noreturn]] void reject(std::string code, std::string message);
[[noreturn]] void reject_validation(std::string message);

struct Attribute {
  std::string type;  // S, N, B (as base64), SS
  std::string text;
  std::set<std::string> texts;  // of SS
  friend bool operator==(const Attribute&, const Attribute&) = default;
};
using Item = std::map<std::string, Attribute, std::less<>>;

Attribute text_attribute(std::string text);
Attribute number_attribute(int64_t number);
// Returns an integer; rejects all other numbers.
int64_t number_in(const Attribute& attribute);

// Stricter than the service in two ways: it rejects an empty string, which KCL 2.x can neither write nor compare,
// and a number that is not written as the service returns it.
Attribute read_attribute(const Value& value);
Item read_item(const Value& value);
void write_json(model::JsonOut& out, const Attribute& attribute);
void write_json(model::JsonOut& out, const Item& item);

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
size_t size_of(const Item& item);

}  // namespace penstock::dynamodb
