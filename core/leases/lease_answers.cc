#include "core/leases/lease_answers.h"

#include <charconv>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "base/json_parser.h"
#include "core/leases/lease_attributes.h"

namespace penstock {

namespace {

using namespace lease_attribute;
using Value = JsonValue;

Status not_the_answer(const char* operation, const std::string& why) {
  return {Code::transient, std::string(operation) + ": the answer is not what the service documents: " + why};
}

// nullptr where object is none or has no such member.
const Value* member(const Value& object, const char* name) {
  if (!object.IsObject()) return nullptr;
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

std::string_view text_of(const Value* value) {
  return value != nullptr && value->IsString() ? std::string_view(value->GetString(), value->GetStringLength())
                                               : std::string_view();
}

template <typename Number>
bool parse_number(std::string_view digits, Number& out) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return error == std::errc() && end == digits.data() + digits.size();
}

// The attributes of an item by name and type. What is not there leaves things as they are; what is there and is of
// another type makes it no lease.
class Item {
 public:
  explicit Item(const Value& attributes) : attributes_(attributes) {}

  bool readable() const { return readable_; }
  bool has(const char* name) const { return member(attributes_, name) != nullptr; }

  void read(const char* name, std::string& out) {
    if (const Value* value = typed(name, "S")) out = text_of(value);
  }
  template <typename Number>
  void read_number(const char* name, Number& out) {
    if (const Value* value = typed(name, "N")) readable_ &= parse_number(text_of(value), out);
  }
  void read(const char* name, std::vector<std::string>& out) {
    const Value* value = typed(name, "SS");
    if (value == nullptr || !value->IsArray()) return;
    for (const Value& text : value->GetArray()) out.emplace_back(text_of(&text));
  }
  void read(const char* name, std::optional<HashKey>& out) {
    std::string digits;
    read(name, digits);
    out = parse_hash_key(digits);
  }

 private:
  const Value* typed(const char* name, const char* type) {
    const Value* attribute = member(attributes_, name);
    if (attribute == nullptr) return nullptr;
    const Value* value = member(*attribute, type);
    readable_ &= value != nullptr;
    return value;
  }

  const Value& attributes_;
  bool readable_ = true;
};

std::string key_in(const Value& attributes) {
  const Value* key = member(attributes, kKey);
  return std::string(text_of(key == nullptr ? nullptr : member(*key, "S")));
}

// nullopt where it is no lease of anybody's.
std::optional<Lease> lease_in(const Value& attributes) {
  Item item(attributes);
  Lease lease;
  if (!item.has(kKey) || !item.has(kCounter)) return std::nullopt;
  item.read(kKey, lease.key);
  item.read_number(kCounter, lease.counter);
  item.read(kOwner, lease.owner);
  item.read(kCheckpoint, lease.checkpoint);
  item.read_number(kSubSequenceNumber, lease.sub_sequence_number);
  item.read_number(kOwnerSwitches, lease.owner_switches);
  item.read(kParentIds, lease.parent_ids);
  item.read(kChildIds, lease.child_ids);
  item.read(kStartingHashKey, lease.first_hash_key);
  item.read(kEndingHashKey, lease.last_hash_key);
  item.read(kStreamId, lease.stream_id);
  item.read(kShardId, lease.shard_id);
  item.read(kStreamArn, lease.stream_arn);
  item.read_number(kStreamCreated, lease.stream_created_ms);
  item.read_number(kStarted, lease.started_ms);
  if (!item.readable()) return std::nullopt;
  if (lease.stream_id.empty()) lease.shard_id = lease.key;
  return lease;
}

// "" where the row is not one by which the workers of KCL 3 coordinate themselves; from 3.5 they stand in the
// table of leases (its enum EntityType).
std::string kcl3_row(const Value& attributes) {
  const std::string key = key_in(attributes);
  std::string type;
  Item(attributes).read(kEntityType, type);
  if (!type.empty() && type != "LEASE") return printable(key) + " (" + kEntityType + ' ' + printable(type) + ')';
  return key == "Leader" || key == "Migration3.0" ? key : "";
}

bool parse(std::string& body, JsonDocument& document) {
  document.ParseInsitu<rapidjson::kParseIterativeFlag>(body.data());
  return !document.HasParseError() && document.IsObject();
}

}  // namespace

Result<LeaseTableState> read_describe_table(std::string body) {
  JsonDocument document;
  if (!parse(body, document)) return not_the_answer("DescribeTable", "no JSON object");
  const Value* table = member(document, "Table");
  LeaseTableState state;
  if (table != nullptr) state.status = text_of(member(*table, "TableStatus"));
  if (state.status.empty()) return not_the_answer("DescribeTable", "no TableStatus");
  const Value* keys = member(*table, "KeySchema");
  const Value* definitions = member(*table, "AttributeDefinitions");
  if (keys == nullptr || !keys->IsArray() || keys->Size() != 1 || definitions == nullptr ||
      !definitions->IsArray())
    return state;
  if (text_of(member((*keys)[0], "AttributeName")) != kKey) return state;
  for (const Value& definition : definitions->GetArray())
    if (text_of(member(definition, "AttributeName")) == kKey)
      state.of_leases = text_of(member(definition, "AttributeType")) == "S";
  return state;
}

Result<LeasePage> read_scan(std::string body) {
  JsonDocument document;
  if (!parse(body, document)) return not_the_answer("Scan", "no JSON object");
  const Value* items = member(document, "Items");
  if (items == nullptr || !items->IsArray()) return not_the_answer("Scan", "no array Items");
  LeasePage page;
  for (const Value& item : items->GetArray()) {
    if (const std::string row = kcl3_row(item); !row.empty())
      return Status(Code::config, "row " + row +
                                      " is of KCL 3, whose workers share leases out by another protocol than KCL "
                                      "2.x and we do; name a table of our own");
    if (std::optional<Lease> lease = lease_in(item))
      page.leases.push_back(std::move(*lease));
    else
      page.unreadable.push_back(key_in(item));
  }
  if (const Value* last = member(document, "LastEvaluatedKey")) {
    page.ended_after = key_in(*last);
    if (page.ended_after.empty()) return not_the_answer("Scan", "a LastEvaluatedKey without leaseKey");
  }
  return page;
}

Result<std::optional<Lease>> read_lease(std::string body) {
  JsonDocument document;
  if (!parse(body, document)) return not_the_answer("the table of leases", "no JSON object");
  const Value* attributes = member(document, "Item");
  if (attributes == nullptr) attributes = member(document, "Attributes");
  if (attributes == nullptr) return std::optional<Lease>();
  std::optional<Lease> lease = lease_in(*attributes);
  if (!lease)
    return Status(Code::invalid, "row " + printable(key_in(*attributes)) +
                                     " is no lease (leaseCounter is missing, or an attribute of a lease is of "
                                     "another type); delete the row");
  return lease;
}

}  // namespace penstock
