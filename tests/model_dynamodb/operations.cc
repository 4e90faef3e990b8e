// The operations: from parameters to the JSON of the response. Rejections are thrown.
#include <algorithm>
#include <initializer_list>
#include <utility>

#include "tests/model_dynamodb/expression.h"
#include "tests/model_dynamodb/service.h"
#include "tests/model_kinesis/json_in.h"

namespace penstock::dynamodb {

using model::find_member, model::JsonOut, model::view;

namespace {

constexpr size_t kMaxItemBytes = 400 << 10;
constexpr size_t kMaxKeyBytes = 2048;

// The service ignores unknown parameters; in the model, they are an error of ours.
void allow(const Value& parameters, std::initializer_list<std::string_view> known) {
  for (auto member = parameters.MemberBegin(); member < parameters.MemberEnd(); ++member)
    if (std::find(known.begin(), known.end(), view(member->name)) == known.end())
      reject_validation("This model does not know the parameter " + std::string(view(member->name)));
}

// Returns "" if it is missing.
std::string text(const Value& parameters, std::string_view name) {
  const Value* value = find_member(parameters, name);
  if (value == nullptr) return "";
  if (!value->IsString()) reject("SerializationException", std::string(name) + " is not a string");
  return std::string(view(*value));
}

std::string table_name(const Value& parameters) {
  const std::string name = text(parameters, "TableName");
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<uint8_t>(c)) || c == '_' || c == '.' || c == '-';
  };
  if (name.size() < 3 || name.size() > 255 || !std::all_of(name.begin(), name.end(), allowed))
    reject_validation("1 validation error detected: Value '" + name +
                      "' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression "
                      "pattern: [a-zA-Z0-9_.-]+ and length of 3 to 255");
  return name;
}

std::string key_of(const Table& table, const Item& key, bool alone) {
  const auto found = key.find(table.key());
  if (found == key.end() || found->second.type != "S" || (alone && key.size() != 1))
    reject_validation("The provided key element does not match the schema");
  if (found->second.text.size() > kMaxKeyBytes)
    reject_validation(
        "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size "
        "limit of2048 bytes");
  return found->second.text;
}

const Value& required(const Value& parameters, std::string_view name) {
  const Value* value = find_member(parameters, name);
  if (value == nullptr)
    reject_validation("1 validation error detected: Value null at '" + std::string(name) +
                      "' failed to satisfy constraint: Member must not be null");
  return *value;
}

std::string key_parameter(const Table& table, const Value& parameters, std::string_view name = "Key") {
  return key_of(table, read_item(required(parameters, name)), true);
}

bool consistent_read(const Value& parameters) {
  const Value* value = find_member(parameters, "ConsistentRead");
  return value != nullptr && value->GetBool();
}

void reject_mixture(const Value& parameters) {
  const auto has = [&](const char* name) { return find_member(parameters, name) != nullptr; };
  if ((has("ConditionExpression") || has("UpdateExpression")) && (has("Expected") || has("AttributeUpdates")))
    reject_validation("Can not use both expression and non-expression parameters in the same request");
}

void write_table(JsonOut& json, std::string_view name, const Table& table, bool active) {
  json.open('{').key("TableName").string(name).key("TableStatus").string(active ? "ACTIVE" : "CREATING");
  json.key("KeySchema").open('[').open('{').key("AttributeName").string(table.key());
  json.key("KeyType").string("HASH").close('}').close(']');
  json.key("AttributeDefinitions").open('[').open('{').key("AttributeName").string(table.key());
  json.key("AttributeType").string("S").close('}').close(']').close('}');
}

}  // namespace

Table& Service::table_of(const Value& parameters) {
  Table* found = table(table_name(parameters));
  if (found == nullptr || !found->active(now_ms_()))
    reject("ResourceNotFoundException", "Requested resource not found");
  return *found;
}

std::string Service::create_table(const Value& parameters) {
  allow(parameters,
        {"TableName", "AttributeDefinitions", "KeySchema", "BillingMode", "Tags", "DeletionProtectionEnabled"});
  const std::string name = table_name(parameters);
  const Value& keys = required(parameters, "KeySchema");
  const Value& definitions = required(parameters, "AttributeDefinitions");
  if (keys.Size() != 1 || definitions.Size() != 1 || text(keys[0], "KeyType") != "HASH" ||
      text(definitions[0], "AttributeType") != "S" ||
      text(keys[0], "AttributeName") != text(definitions[0], "AttributeName"))
    reject_validation("This model makes tables of one key alone, a string");
  if (text(parameters, "BillingMode") != "PAY_PER_REQUEST")
    reject_validation(
        "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must "
        "both be specified when BillingMode is PROVISIONED");
  const auto [made, is_new] =
      tables_.try_emplace(name, text(keys[0], "AttributeName"), now_ms_() + settings_.creating_ms);
  if (!is_new) reject("ResourceInUseException", "Table already exists: " + name);
  if (const Value* tags = find_member(parameters, "Tags"))
    for (const Value& tag : tags->GetArray()) made->second.tags().emplace(text(tag, "Key"), text(tag, "Value"));
  JsonOut json;
  write_table(json.open('{').key("TableDescription"), name, made->second, made->second.active(now_ms_()));
  return json.close('}').take();
}

std::string Service::describe_table(const Value& parameters) {
  allow(parameters, {"TableName"});
  const std::string name = table_name(parameters);
  const Table* found = table(name);
  if (found == nullptr)
    reject("ResourceNotFoundException", "Requested resource not found: Table: " + name + " not found");
  JsonOut json;
  write_table(json.open('{').key("Table"), name, *found, found->active(now_ms_()));
  return json.close('}').take();
}

const Item* Service::read(const Table& table, const std::string& key, bool consistent) {
  if (consistent || settings_.stale_ms == 0) return table.row(key);
  return table.row_at(key, now_ms_() - std::uniform_int_distribution<int64_t>(0, settings_.stale_ms)(random_));
}

void Service::count_read(size_t bytes, bool consistent) {
  stats_.half_read_units += std::max<uint64_t>(1, (bytes + 4095) / 4096) * (consistent ? 2 : 1);
}

void Service::count_write(size_t bytes) { stats_.write_units += std::max<uint64_t>(1, (bytes + 1023) / 1024); }

std::string Service::scan(const Value& parameters) {
  allow(parameters, {"TableName", "ExclusiveStartKey", "Limit", "ConsistentRead", "FilterExpression",
                     "ExpressionAttributeNames", "ExpressionAttributeValues"});
  const Table& table = table_of(parameters);
  Placeholders placeholders(parameters);
  const std::string filter_text = text(parameters, "FilterExpression");
  const Condition filter = filter_text.empty() ? Condition() : parse_condition(filter_text, placeholders);
  placeholders.reject_unused();
  size_t limit = settings_.page_items;
  if (const Value* asked = find_member(parameters, "Limit")) {
    if (asked->GetInt64() < 1) reject_validation("Limit must be 1 or more");
    limit = std::min<size_t>(limit, asked->GetUint64());
  }
  std::string last;
  if (find_member(parameters, "ExclusiveStartKey") != nullptr)
    last = key_parameter(table, parameters, "ExclusiveStartKey");
  JsonOut json;
  json.open('{').key("Items").open('[');
  size_t items = 0;
  size_t bytes = 0;
  int64_t matched = 0;
  bool whole = true;
  for (const std::string& key : table.keys_after(last)) {
    const Item* item = read(table, key, consistent_read(parameters));
    if (item == nullptr) continue;
    if (items == limit || (items > 0 && bytes + size_of(*item) > settings_.page_bytes)) {
      whole = false;
      break;
    }
    ++items;
    bytes += size_of(*item);
    last = key;
    if (!filter.holds(*item)) continue;
    ++matched;
    write_json(json, *item);
  }
  count_read(bytes, consistent_read(parameters));
  json.close(']').key("Count").number(matched).key("ScannedCount").number(static_cast<int64_t>(items));
  if (!whole) write_json(json.key("LastEvaluatedKey"), Item{{table.key(), text_attribute(last)}});
  return json.close('}').take();
}

std::string Service::get_item(const Value& parameters) {
  allow(parameters, {"TableName", "Key", "ConsistentRead"});
  const Table& table = table_of(parameters);
  const Item* item = read(table, key_parameter(table, parameters), consistent_read(parameters));
  count_read(item == nullptr ? 0 : size_of(*item), consistent_read(parameters));
  JsonOut json;
  json.open('{');
  if (item != nullptr) write_json(json.key("Item"), *item);
  return json.close('}').take();
}

std::string Service::change_row(Table& table, const std::string& key, const Value& parameters,
                                const std::function<std::optional<Item>(const Item* old)>& change) {
  reject_mixture(parameters);
  Placeholders placeholders(parameters);
  Condition condition;
  if (const std::string expression = text(parameters, "ConditionExpression"); !expression.empty())
    condition = parse_condition(expression, placeholders);
  if (const Value* expected = find_member(parameters, "Expected")) condition = read_expected(*expected);
  Update update;
  if (const std::string expression = text(parameters, "UpdateExpression"); !expression.empty())
    update = parse_update(expression, placeholders);
  if (const Value* updates = find_member(parameters, "AttributeUpdates"))
    update = read_attribute_updates(*updates);
  placeholders.reject_unused();
  for (const Update::Change& each : update.changes)
    if (each.path == table.key())
      reject_validation("One or more parameter values were invalid: Cannot update attribute " + each.path +
                        ". This attribute is part of the key");

  const Item* found = table.row(key);
  const std::optional<Item> old = found == nullptr ? std::nullopt : std::optional<Item>(*found);
  size_t bytes = old ? size_of(*old) : 0;
  if (!condition.holds(old.value_or(Item()))) {
    count_write(bytes);
    ++stats_.failed_conditions;
    reject("ConditionalCheckFailedException", "The conditional request failed");
  }
  std::optional<Item> row = change(found);
  if (row) {
    update.apply(*row);
    if (size_of(*row) > kMaxItemBytes) reject_validation("Item size has exceeded the maximum allowed size");
    bytes = std::max(bytes, size_of(*row));
  }
  count_write(bytes);
  table.set(key, row, now_ms_(), settings_.stale_ms);

  const std::string wanted = text(parameters, "ReturnValues");
  if (!wanted.empty() && wanted != "NONE" && wanted != "ALL_OLD" &&
      (wanted != "ALL_NEW" || update.changes.empty()))
    reject_validation("ReturnValues " + wanted + " is none that this model knows of this operation");
  JsonOut json;
  json.open('{');
  const std::optional<Item>& row_to_return = wanted == "ALL_NEW" ? row : old;
  if (wanted.starts_with("ALL_") && row_to_return) write_json(json.key("Attributes"), *row_to_return);
  return json.close('}').take();
}

std::string Service::put_item(const Value& parameters) {
  allow(parameters, {"TableName", "Item", "ConditionExpression", "Expected", "ExpressionAttributeNames",
                     "ExpressionAttributeValues", "ReturnValues"});
  Table& table = table_of(parameters);
  const Item item = read_item(required(parameters, "Item"));
  return change_row(table, key_of(table, item, false), parameters, [&](const Item*) { return item; });
}

std::string Service::update_item(const Value& parameters) {
  allow(parameters, {"TableName", "Key", "ConditionExpression", "UpdateExpression", "Expected", "AttributeUpdates",
                     "ExpressionAttributeNames", "ExpressionAttributeValues", "ReturnValues"});
  Table& table = table_of(parameters);
  const std::string key = key_parameter(table, parameters);
  return change_row(table, key, parameters, [&](const Item* old) {
    return old != nullptr ? *old : Item{{table.key(), text_attribute(key)}};
  });
}

std::string Service::delete_item(const Value& parameters) {
  allow(parameters, {"TableName", "Key", "ConditionExpression", "Expected", "ExpressionAttributeNames",
                     "ExpressionAttributeValues", "ReturnValues"});
  Table& table = table_of(parameters);
  return change_row(table, key_parameter(table, parameters), parameters,
                    [](const Item*) { return std::optional<Item>(); });
}

}  // namespace penstock::dynamodb
