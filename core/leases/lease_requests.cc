#include "core/leases/lease_requests.h"

#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "core/leases/lease_attributes.h"

namespace penstock::leases {

namespace {

using namespace lease_attribute;

// Appends "name": to an unfinished object.
void append_name(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
}

// Map of attribute values. Omits empty values: DynamoDB allows no empty sets, and KCL has no empty strings.
class Attributes {
 public:
  void add(std::string_view name, std::string_view text) {
    if (text.empty()) return;
    append_name(out_, name);
    append_json_member(out_ += '{', "S", text);
    out_ += '}';
  }
  void add(std::string_view name, int64_t number) { add_number(name, std::to_string(number)); }
  void add(std::string_view name, uint64_t number) { add_number(name, std::to_string(number)); }
  void add(std::string_view name, const std::vector<std::string>& set) {
    if (set.empty()) return;
    append_name(out_, name);
    out_ += "{\"SS\":";
    char before = '[';
    for (const std::string& text : set) {
      append_json_string(out_ += before, text);
      before = ',';
    }
    out_ += "]}";
  }
  void add(std::string_view name, const std::optional<kinesis::HashKey>& key) {
    if (!key) return;
    std::string digits;
    kinesis::append_decimal(digits, *key);
    add(name, digits);
  }
  void add(std::string_view name, const std::optional<int64_t>& number) {
    if (number) add(name, *number);
  }

  std::string json() const { return out_ + '}'; }

 private:
  void add_number(std::string_view name, const std::string& digits) {
    append_name(out_, name);
    append_json_member(out_ += '{', "N", digits);
    out_ += '}';
  }

  std::string out_ = "{";
};

std::optional<int64_t> unless_0(int64_t number) {
  return number == 0 ? std::nullopt : std::optional<int64_t>(number);
}

// Calls add(name, value) for each attribute of a free lease except its key and counter. value is empty if the
// lease does not have the attribute.
template <typename Add>
void each_attribute(const Lease& lease, const Add& add) {
  add(kOwnerSwitches, lease.owner_switches);
  add(kCheckpoint, lease.checkpoint);
  add(kSubSequenceNumber, lease.sub_sequence_number);
  add(kParentIds, lease.parent_ids);
  add(kChildIds, lease.child_ids);
  add(kStartingHashKey, lease.first_hash_key);
  add(kEndingHashKey, lease.last_hash_key);
  add(kStreamId, lease.stream_id);
  add(kShardId, lease.stream_id.empty() ? std::string() : lease.shard_id);
  add(kStreamArn, lease.stream_arn);
  add(kStreamCreated, unless_0(lease.stream_created_ms));
  add(kStarted, unless_0(lease.started_ms));
}

std::string start(const std::string& table) {
  std::string body = "{";
  append_json_member(body, "TableName", table);
  return body;
}

void append_attributes(std::string& body, std::string_view name, const Attributes& attributes) {
  append_name(body, name);
  body += attributes.json();
}

Attributes key_of(const std::string& key) {
  Attributes attributes;
  attributes.add(kKey, key);
  return attributes;
}

void append_consistent_read(std::string& body) {
  append_name(body, "ConsistentRead");
  body += "true";
}

// UpdateItem with a condition. Like every write, it increments the lease's counter.
class Update {
 public:
  explicit Update(std::string condition) : condition_(std::move(condition)) { values_.add(":one", int64_t{1}); }

  template <typename Value>
  void value(const std::string& placeholder, const Value& value) {
    values_.add(placeholder, value);
  }
  // Sets an attribute. Its placeholder has the attribute's name, unlike the placeholders of the condition.
  template <typename Value>
  void set(const std::string& name, const Value& value) {
    set_ += ", " + name + " = :" + name;
    values_.add(":" + name, value);
  }
  template <typename Value>
  void set_or_remove(const std::string& name, const Value& value) {
    if (is_absent(value))
      remove(name);
    else
      set(name, value);
  }
  void remove(const std::string& name) { remove_ += (remove_.empty() ? " REMOVE " : ", ") + name; }
  void increment(const std::string& name) { increment_ = " ADD " + name + " :one"; }

  // Removes a pending checkpoint, which only KCL writes.
  void end_pending_checkpoint() {
    remove(kPendingCheckpoint);
    remove(kPendingSubSequenceNumber);
    remove(kPendingState);
  }

  void apply(const LeaseChange& change) {
    if (!change.checkpoint.empty()) {
      set(kCheckpoint, change.checkpoint);
      set(kSubSequenceNumber, change.sub_sequence_number);
      end_pending_checkpoint();
    }
    if (!change.child_ids.empty()) set(kChildIds, change.child_ids);
    if (!change.stream_arn.empty()) set(kStreamArn, change.stream_arn);
    if (change.stream_created_ms != 0) set(kStreamCreated, change.stream_created_ms);
    if (change.started_ms != 0) set(kStarted, change.started_ms);
  }

  std::string body(const std::string& table, const std::string& key) const {
    std::string body = start(table);
    append_attributes(body, "Key", key_of(key));
    append_json_member(body, "ConditionExpression", condition_);
    append_json_member(body, "UpdateExpression",
                       "SET leaseCounter = leaseCounter + :one" + set_ + remove_ + increment_);
    append_attributes(body, "ExpressionAttributeValues", values_);
    append_json_member(body, "ReturnValues", "ALL_NEW");
    return body += '}';
  }

 private:
  template <typename Value>
  static bool is_absent(const Value& value) {
    if constexpr (std::is_arithmetic_v<Value>)
      return false;
    else if constexpr (requires { value.empty(); })
      return value.empty();
    else
      return !value;
  }

  std::string condition_;
  std::string set_;
  std::string remove_;
  std::string increment_;
  Attributes values_;
};

constexpr char kCounterIsAsSeen[] = "leaseCounter = :seen";
constexpr char kOwnerIsMe[] = "leaseOwner = :me";

// Returns text quoted as a single word for a shell.
std::string shell_word(const std::string& text) {
  std::string word = "'";
  for (const char c : text) c == '\'' ? word += "'\\''" : word += c;
  return word += '\'';
}

}  // namespace

std::string describe_table_body(const std::string& table) { return start(table) + '}'; }

std::string create_table_body(const std::string& table, const std::map<std::string, std::string>& tags) {
  std::string body = start(table);
  append_name(body, "AttributeDefinitions");
  body += "[{\"AttributeName\":\"leaseKey\",\"AttributeType\":\"S\"}]";
  append_name(body, "KeySchema");
  body += "[{\"AttributeName\":\"leaseKey\",\"KeyType\":\"HASH\"}]";
  append_json_member(body, "BillingMode", "PAY_PER_REQUEST");
  if (!tags.empty()) {
    append_name(body, "Tags");
    char before = '[';
    for (const auto& [key, value] : tags) {
      std::string tag = "{";
      append_json_member(tag, "Key", key);
      append_json_member(tag, "Value", value);
      (body += before).append(tag) += '}';
      before = ',';
    }
    body += ']';
  }
  return body += '}';
}

std::string create_table_command(const std::string& table, const std::string& region,
                                 const std::map<std::string, std::string>& tags) {
  std::string command = "aws dynamodb create-table --region " + region + " --table-name " + table +
                        " --attribute-definitions AttributeName=leaseKey,AttributeType=S"
                        " --key-schema AttributeName=leaseKey,KeyType=HASH --billing-mode PAY_PER_REQUEST";
  if (!tags.empty()) command += " --tags";
  for (const auto& [key, value] : tags)
    command.append(" ").append(shell_word(std::string("Key=").append(key).append(",Value=").append(value)));
  return command;
}

std::string scan_body(const std::string& table, const std::string& after, LeaseTable::Reads reads) {
  std::string body = start(table);
  if (!after.empty()) append_attributes(body, "ExclusiveStartKey", key_of(after));
  if (reads == LeaseTable::Reads::consistent) append_consistent_read(body);
  return body += '}';
}

std::string get_lease_body(const std::string& table, const std::string& key) {
  std::string body = start(table);
  append_attributes(body, "Key", key_of(key));
  append_consistent_read(body);
  return body += '}';
}

std::string create_lease_body(const std::string& table, const Lease& lease) {
  Attributes item = key_of(lease.key);
  item.add(kCounter, lease.counter);
  each_attribute(lease, [&item](std::string_view name, const auto& value) { item.add(name, value); });

  std::string body = start(table);
  append_attributes(body, "Item", item);
  append_json_member(body, "ConditionExpression", "attribute_not_exists(leaseKey)");
  return body += '}';
}

std::string replace_lease_body(const std::string& table, const Lease& seen, const Lease& lease) {
  Update update(kCounterIsAsSeen);
  update.value(":seen", seen.counter);
  update.remove(kOwner);
  update.remove(kCheckpointOwner);
  update.end_pending_checkpoint();
  each_attribute(
      lease, [&](std::string_view name, const auto& value) { update.set_or_remove(std::string(name), value); });
  return update.body(table, seen.key);
}

std::string take_lease_body(const std::string& table, const Lease& seen, const std::string& owner,
                            const LeaseChange& change) {
  Update update(kCounterIsAsSeen);
  update.value(":seen", seen.counter);
  update.set(kOwner, owner);
  update.remove(kCheckpointOwner);
  update.apply(change);
  if (!seen.owner.empty() && seen.owner != owner) update.increment(kOwnerSwitches);
  return update.body(table, seen.key);
}

std::string renew_lease_body(const std::string& table, const std::string& key, int64_t counter,
                             const std::string& owner, const LeaseChange& change) {
  // mutation: renew without condition
  Update update(std::string(kCounterIsAsSeen) + " AND " + kOwnerIsMe);
  // mutation: renew without condition
  update.value(":seen", counter);
  // mutation: renew without condition
  update.value(":me", owner);
  update.apply(change);
  if (!change.checkpoint.empty()) update.set(kOwnerSwitches, int64_t{0});
  return update.body(table, key);
}

std::string evict_lease_body(const std::string& table, const std::string& key, const std::string& owner) {
  Update update(kOwnerIsMe);
  update.value(":me", owner);
  update.remove(kOwner);
  return update.body(table, key);
}

std::string remove_lease_body(const std::string& table, const std::string& key, int64_t counter) {
  std::string body = start(table);
  append_attributes(body, "Key", key_of(key));
  append_json_member(body, "ConditionExpression", kCounterIsAsSeen);
  Attributes values;
  values.add(":seen", counter);
  append_attributes(body, "ExpressionAttributeValues", values);
  return body += '}';
}

}  // namespace penstock::leases
