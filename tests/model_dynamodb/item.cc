#include "tests/model_dynamodb/item.h"

#include <charconv>
#include <utility>

#include "tests/model_kinesis/json_in.h"

namespace penstock::dynamodb {

using model::view;

namespace {

bool is_plain_number(std::string_view digits) {
  if (digits.starts_with('-')) digits.remove_prefix(1);
  const size_t point = digits.find('.');
  const std::string_view whole = digits.substr(0, point);
  const auto all_digits = [](std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (!all_digits(whole) || (whole.size() > 1 && whole.front() == '0') || digits.size() > 38) return false;
  return point == std::string_view::npos || (all_digits(digits.substr(point + 1)) && digits.back() != '0');
}

std::string text_in(const Value& value) {
  if (!value.IsString()) reject("SerializationException", "an attribute value is not a string");
  if (value.GetStringLength() == 0)
    reject_validation(
        "One or more parameter values were invalid: An AttributeValue may not contain an empty string");
  return std::string(view(value));
}

}  // namespace

void reject(std::string code, std::string message) { throw Rejection{{400, std::move(code), std::move(message)}}; }
void reject_validation(std::string message) { reject("ValidationException", std::move(message)); }

Attribute text_attribute(std::string text) { return {"S", std::move(text), {}}; }
Attribute number_attribute(int64_t number) { return {"N", std::to_string(number), {}}; }

int64_t number_in(const Attribute& attribute) {
  int64_t number = 0;
  const char* end = attribute.text.data() + attribute.text.size();
  if (attribute.type != "N" || std::from_chars(attribute.text.data(), end, number).ptr != end)
    reject_validation("An operand in the update expression has an incorrect data type");
  return number;
}

Attribute read_attribute(const Value& value) {
  if (!value.IsObject() || value.MemberCount() != 1)
    reject_validation(
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
        "datatypes");
  const auto only = value.MemberBegin();
  Attribute attribute;
  attribute.type = view(only->name);
  if (attribute.type == "S" || attribute.type == "N" || attribute.type == "B") {
    attribute.text = text_in(only->value);
    if (attribute.type == "N" && !is_plain_number(attribute.text))
      reject_validation("The parameter cannot be converted to a numeric value: " + attribute.text);
  } else if (attribute.type == "SS") {
    if (!only->value.IsArray() || only->value.Empty())
      reject_validation("One or more parameter values were invalid: An string set  may not be empty");
    for (const Value& text : only->value.GetArray())
      if (!attribute.texts.insert(text_in(text)).second)
        reject_validation("One or more parameter values were invalid: Input collection contains duplicates.");
  } else {
    reject_validation("This model does not know the type " + attribute.type);
  }
  return attribute;
}

Item read_item(const Value& value) {
  if (!value.IsObject()) reject("SerializationException", "a map of attributes is none");
  Item item;
  for (auto member = value.MemberBegin(); member < value.MemberEnd(); ++member)
    if (!item.emplace(view(member->name), read_attribute(member->value)).second)
      reject("SerializationException", "an attribute is given twice");
  return item;
}

void write_json(model::JsonOut& out, const Attribute& attribute) {
  out.open('{').key(attribute.type);
  if (attribute.type == "SS") {
    out.open('[');
    for (const std::string& text : attribute.texts) out.string(text);
    out.close(']');
  } else {
    out.string(attribute.text);
  }
  out.close('}');
}

void write_json(model::JsonOut& out, const Item& item) {
  out.open('{');
  for (const auto& [name, attribute] : item) write_json(out.key(name), attribute);
  out.close('}');
}

size_t size_of(const Item& item) {
  size_t bytes = 0;
  for (const auto& [name, attribute] : item) {
    bytes += name.size() + (attribute.type == "N" ? attribute.text.size() / 2 + 2 : attribute.text.size());
    for (const std::string& text : attribute.texts) bytes += text.size();
  }
  return bytes;
}

}  // namespace penstock::dynamodb
