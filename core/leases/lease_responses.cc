#include "core/leases/lease_responses.h"

#include <charconv>
#include <string_view>
#include <utility>

#include "base/json_reader.h"
#include "base/text.h"
#include "core/leases/lease_attributes.h"

namespace penstock::leases {

namespace {

using namespace lease_attribute;

Status unexpected_response(const char* operation, const std::string& why) {
  return {Code::transient, "PS0503", std::string(operation) + ": unexpected response: " + why};
}

template <typename Number>
bool parse_number(std::string_view digits, Number& out) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return error == std::errc() && end == digits.data() + digits.size();
}

// Attributes of an item, by name and type. An attribute that is missing leaves its output unchanged; one of
// another type means that the item is not a lease.
class Item {
 public:
  explicit Item(JsonValue attributes) : attributes_(attributes) {}

  bool readable() const { return readable_; }
  bool has(const char* name) const { return attributes_[name].exists(); }

  void read(const char* name, std::string& out) {
    if (const JsonValue value = typed(name, "S"); value.exists()) out = value.text();
  }
  template <typename Number>
  void read_number(const char* name, Number& out) {
    if (const JsonValue value = typed(name, "N"); value.exists()) readable_ &= parse_number(value.text(), out);
  }
  void read(const char* name, std::vector<std::string>& out) {
    for (const JsonValue text : typed(name, "SS").elements()) out.emplace_back(text.text());
  }
  void read(const char* name, std::optional<kinesis::HashKey>& out) {
    std::string digits;
    read(name, digits);
    out = kinesis::parse_hash_key(digits);
  }

 private:
  JsonValue typed(const char* name, const char* type) {
    const JsonValue attribute = attributes_[name];
    if (!attribute.exists()) return {};
    readable_ &= attribute[type].exists();
    return attribute[type];
  }

  JsonValue attributes_;
  bool readable_ = true;
};

std::string key_in(JsonValue attributes) { return std::string(attributes[kKey]["S"].text()); }

// Returns nullopt if the item is not a lease.
std::optional<Lease> lease_in(JsonValue attributes) {
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

constexpr std::string_view kMigrationKey = "Migration3.0";

// Describes a row by which KCL 3 workers coordinate themselves; "" for any other row. Since KCL 3.5, these rows
// are in the lease table (enum EntityType).
std::string kcl3_row(JsonValue attributes) {
  const std::string key = key_in(attributes);
  std::string type;
  Item(attributes).read(kEntityType, type);
  if (!type.empty() && type != "LEASE") return printable(key) + " (" + kEntityType + ' ' + printable(type) + ')';
  return key == "Leader" || key == kMigrationKey ? key : "";
}

Kcl3Traces kcl3_traces(JsonValue attributes) {
  Kcl3Traces traces;
  traces.row = kcl3_row(attributes);
  if (traces.row.empty() && attributes[kThroughput].exists()) traces.throughput_row = key_in(attributes);
  if (key_in(attributes) == kMigrationKey) Item(attributes).read(kClientVersion, traces.client_version);
  return traces;
}

}  // namespace

Result<LeaseTableState> read_describe_table(std::string body) {
  const std::optional<JsonDocument> document = JsonDocument::parse(std::move(body));
  if (!document) return unexpected_response("DescribeTable", "it is not a JSON object");
  const JsonValue table = (*document)["Table"];
  LeaseTableState state;
  state.status = table["TableStatus"].text();
  if (state.status.empty()) return unexpected_response("DescribeTable", "it has no TableStatus");
  const std::vector<JsonValue> keys = table["KeySchema"].elements();
  if (keys.size() != 1 || keys[0]["AttributeName"].text() != kKey) return state;
  for (const JsonValue index : table["GlobalSecondaryIndexes"].elements())
    state.has_kcl3_index |= index["IndexName"].text() == kKcl3OwnerIndex;
  for (const JsonValue definition : table["AttributeDefinitions"].elements())
    if (definition["AttributeName"].text() == kKey) state.of_leases = definition["AttributeType"].text() == "S";
  return state;
}

Result<LeasePage> read_scan(std::string body) {
  const std::optional<JsonDocument> document = JsonDocument::parse(std::move(body));
  if (!document) return unexpected_response("Scan", "it is not a JSON object");
  const JsonValue items = (*document)["Items"];
  if (!items.is_array()) return unexpected_response("Scan", "it has no array Items");
  LeasePage page;
  for (const JsonValue item : items.elements()) {
    Kcl3Traces traces = kcl3_traces(item);
    const bool is_of_kcl3 = !traces.row.empty();
    page.kcl3.merge(std::move(traces));
    if (is_of_kcl3) continue;
    if (std::optional<Lease> lease = lease_in(item))
      page.leases.push_back(std::move(*lease));
    else
      page.unreadable.push_back(key_in(item));
  }
  if (const JsonValue last = (*document)["LastEvaluatedKey"]; last.exists()) {
    page.ended_after = key_in(last);
    if (page.ended_after.empty()) return unexpected_response("Scan", "its LastEvaluatedKey has no leaseKey");
  }
  return page;
}

Result<std::optional<Lease>> read_lease(std::string body) {
  const std::optional<JsonDocument> document = JsonDocument::parse(std::move(body));
  if (!document) return unexpected_response("GetItem or UpdateItem", "it is not a JSON object");
  JsonValue attributes = (*document)["Item"];
  if (!attributes.exists()) attributes = (*document)["Attributes"];
  if (!attributes.exists()) return std::optional<Lease>();
  std::optional<Lease> lease = lease_in(attributes);
  if (!lease)
    return Status(Code::invalid, "PS0505",
                  "row " + printable(key_in(attributes)) +
                      " is not a lease: leaseCounter is missing, or an attribute has another type; delete the "
                      "row");
  return lease;
}

}  // namespace penstock::leases
