#include "tests/model_dynamodb/kcl2.h"

#include <rapidjson/document.h>

#include "tests/model_kinesis/json_in.h"
#include "tests/model_kinesis/json_out.h"

namespace penstock::dynamodb {

using model::find_member, model::JsonOut, model::view;

namespace {

std::string quoted(const std::string& text) { return JsonOut().string(text).take(); }
std::string s(const std::string& text) { return R"({"S":)" + quoted(text) + "}"; }
std::string n(int64_t number) { return R"({"N":")" + std::to_string(number) + R"("})"; }
std::string ss(const std::vector<std::string>& texts) {
  JsonOut json;
  json.open('{').key("SS").open('[');
  for (const std::string& text : texts) json.string(text);
  return json.close(']').close('}').take();
}
std::string put(const std::string& attribute) { return R"({"Value":)" + attribute + R"(,"Action":"PUT"})"; }
std::string put_counter(const Kcl2Lease& lease) { return R"("leaseCounter":)" + put(n(lease.counter + 1)); }
std::string expect_counter(const Kcl2Lease& lease) {
  return R"({"leaseCounter":{"Value":)" + n(lease.counter) + "}}";
}

// Returns the text of an attribute, or nullopt if it is missing or of another type.
std::optional<std::string> attribute_text(const rapidjson::Value& item, const char* name, const char* type) {
  const rapidjson::Value* attribute = find_member(item, name);
  const rapidjson::Value* text = attribute == nullptr ? nullptr : find_member(*attribute, type);
  if (text == nullptr || !text->IsString()) return std::nullopt;
  return std::string(view(*text));
}

std::vector<std::string> texts_of(const rapidjson::Value& item, const char* name) {
  std::vector<std::string> texts;
  const rapidjson::Value* attribute = find_member(item, name);
  const rapidjson::Value* set = attribute == nullptr ? nullptr : find_member(*attribute, "SS");
  if (set != nullptr)
    for (const rapidjson::Value& text : set->GetArray()) texts.emplace_back(view(text));
  return texts;
}

// Returns whether the call was done; false if its condition did not hold.
bool is_done(const model::Response& response) {
  if (response.ok()) return true;
  const bool whole = response.reply().wire == model::Wire::whole;
  if (whole && response.code() == "ConditionalCheckFailedException") return false;
  throw KclError{whole ? response.code() : ""};
}

// Returns nullopt where KCL would throw: if a number that it dereferences or the checkpoint is missing.
std::optional<Kcl2Lease> lease_of(const rapidjson::Value& item) {
  const auto key = attribute_text(item, "leaseKey", "S");
  const auto counter = attribute_text(item, "leaseCounter", "N");
  const auto switches = attribute_text(item, "ownerSwitchesSinceCheckpoint", "N");
  const auto checkpoint = attribute_text(item, "checkpoint", "S");
  const auto sub_sequence_number = attribute_text(item, "checkpointSubSequenceNumber", "N");
  if (!key || !counter || !switches || !checkpoint || !sub_sequence_number) return std::nullopt;
  Kcl2Lease lease;
  lease.key = *key;
  lease.owner = attribute_text(item, "leaseOwner", "S");
  lease.counter = std::stoll(*counter);
  lease.checkpoint = *checkpoint;
  lease.sub_sequence_number = std::stoll(*sub_sequence_number);
  lease.owner_switches = std::stoll(*switches);
  lease.parents = texts_of(item, "parentShardId");
  lease.children = texts_of(item, "childShardIds");
  lease.starting_hash_key = attribute_text(item, "startingHashKey", "S").value_or("");
  lease.ending_hash_key = attribute_text(item, "endingHashKey", "S").value_or("");
  lease.stream_id = attribute_text(item, "streamName", "S").value_or("");
  lease.shard_id = attribute_text(item, "shardId", "S").value_or("");
  return lease;
}

}  // namespace

bool Kcl2::create_table() {
  return client_
      .call("CreateTable", R"({"TableName":)" + quoted(table_) +
                               R"(,"KeySchema":[{"AttributeName":"leaseKey","KeyType":"HASH"}],)"
                               R"("AttributeDefinitions":[{"AttributeName":"leaseKey","AttributeType":"S"}],)"
                               R"("DeletionProtectionEnabled":false,"BillingMode":"PAY_PER_REQUEST"})")
      .ok();
}

std::optional<std::vector<Kcl2Lease>> Kcl2::list(size_t limit, const std::string& stream_id) {
  std::vector<Kcl2Lease> leases;
  std::string more;
  do {
    std::string body = R"({"TableName":)" + quoted(table_);
    if (!stream_id.empty())
      body += R"(,"FilterExpression":"streamName = :streamName","ExpressionAttributeValues":{":streamName":)" +
              s(stream_id) + "}";
    if (limit != 0) body += R"(,"Limit":)" + std::to_string(limit);
    const model::Response response = client_.call("Scan", body + more + "}");
    is_done(response);
    rapidjson::Document document;
    document.Parse(response.reply().body.c_str());
    for (const auto& item : find_member(document, "Items")->GetArray()) {
      std::optional<Kcl2Lease> lease = lease_of(item);
      if (!lease) return std::nullopt;
      leases.push_back(std::move(*lease));
    }
    more = response.text("LastEvaluatedKey.leaseKey.S");
    if (!more.empty()) more = R"(,"ExclusiveStartKey":{"leaseKey":)" + s(more) + "}";
  } while (!more.empty());
  return leases;
}

bool Kcl2::is_empty() {
  const model::Response response = client_.call("Scan", R"({"TableName":)" + quoted(table_) + R"(,"Limit":1})");
  is_done(response);
  return response.size("Items") == 0;
}

std::optional<Kcl2Lease> Kcl2::get(const std::string& key) {
  const model::Response response =
      client_.call("GetItem", R"({"TableName":)" + quoted(table_) + R"(,"Key":{"leaseKey":)" + s(key) +
                                  R"(},"ConsistentRead":false})");
  is_done(response);
  rapidjson::Document document;
  document.Parse(response.reply().body.c_str());
  const rapidjson::Value* item = find_member(document, "Item");
  return item == nullptr ? std::nullopt : lease_of(*item);
}

bool Kcl2::create(const Kcl2Lease& lease) {
  std::string item = R"({"leaseKey":)" + s(lease.key) + R"(,"leaseCounter":)" + n(lease.counter) +
                     R"(,"ownerSwitchesSinceCheckpoint":)" + n(lease.owner_switches) + R"(,"checkpoint":)" +
                     s(lease.checkpoint) + R"(,"checkpointSubSequenceNumber":)" + n(lease.sub_sequence_number);
  if (lease.owner) item += R"(,"leaseOwner":)" + s(*lease.owner);
  if (!lease.parents.empty()) item += R"(,"parentShardId":)" + ss(lease.parents);
  if (!lease.children.empty()) item += R"(,"childShardIds":)" + ss(lease.children);
  if (!lease.starting_hash_key.empty())
    item +=
        R"(,"startingHashKey":)" + s(lease.starting_hash_key) + R"(,"endingHashKey":)" + s(lease.ending_hash_key);
  if (!lease.stream_id.empty())
    item += R"(,"streamName":)" + s(lease.stream_id) + R"(,"shardId":)" + s(lease.shard_id);
  return is_done(client_.call("PutItem", R"({"TableName":)" + quoted(table_) + R"(,"Item":)" + item +
                                             R"(},"Expected":{"leaseKey":{"Exists":false}}})"));
}

bool Kcl2::update(const Kcl2Lease& lease, const std::string& expected, const std::string& updates) {
  return is_done(client_.call("UpdateItem", R"({"TableName":)" + quoted(table_) + R"(,"Key":{"leaseKey":)" +
                                                s(lease.key) + R"(},"Expected":)" + expected +
                                                R"(,"AttributeUpdates":{)" + updates + "}}"));
}

bool Kcl2::renew(Kcl2Lease& lease) {
  if (!update(lease, expect_counter(lease), put_counter(lease))) {
    const std::optional<Kcl2Lease> row = get(lease.key);
    if (!row || row->owner != lease.owner || row->counter != lease.counter + 1) return false;
  }
  ++lease.counter;
  return true;
}

bool Kcl2::take(Kcl2Lease& lease) {
  const bool switches = lease.owner && lease.owner != worker_;
  std::string updates = put_counter(lease) + R"(,"leaseOwner":)" + put(s(worker_));
  if (switches) updates += R"(,"ownerSwitchesSinceCheckpoint":{"Value":{"N":"1"},"Action":"ADD"})";
  if (!update(lease, expect_counter(lease), updates)) return false;
  ++lease.counter;
  lease.owner = worker_;
  if (switches) ++lease.owner_switches;
  return true;
}

bool Kcl2::evict(Kcl2Lease& lease) {
  if (!update(lease, R"({"leaseOwner":{"Value":)" + s(*lease.owner) + "}}",
              put_counter(lease) + R"(,"leaseOwner":{"Action":"DELETE"})"))
    return false;
  ++lease.counter;
  lease.owner.reset();
  return true;
}

bool Kcl2::checkpoint(Kcl2Lease& lease, const std::string& sequence_number, int64_t sub_sequence_number) {
  std::string updates =
      put_counter(lease) + R"(,"checkpoint":)" + put(s(sequence_number)) + R"(,"checkpointSubSequenceNumber":)" +
      put(n(sub_sequence_number)) + R"(,"ownerSwitchesSinceCheckpoint":)" + put(n(0)) +
      R"(,"pendingCheckpoint":{"Action":"DELETE"},"pendingCheckpointSubSequenceNumber":{"Action":"DELETE"},)"
      R"("pendingCheckpointState":{"Action":"DELETE"})";
  if (!lease.children.empty()) updates += R"(,"childShardIds":)" + put(ss(lease.children));
  if (!lease.starting_hash_key.empty())
    updates += R"(,"startingHashKey":)" + put(s(lease.starting_hash_key)) + R"(,"endingHashKey":)" +
               put(s(lease.ending_hash_key));
  if (!lease.stream_id.empty())
    updates += R"(,"streamName":)" + put(s(lease.stream_id)) + R"(,"shardId":)" + put(s(lease.shard_id));
  if (!update(lease, expect_counter(lease), updates)) return false;
  ++lease.counter;
  lease.checkpoint = sequence_number;
  lease.sub_sequence_number = sub_sequence_number;
  lease.owner_switches = 0;
  return true;
}

bool Kcl2::set_children(Kcl2Lease& lease, const std::vector<std::string>& children) {
  if (!update(lease, R"({"leaseKey":{"Exists":true,"Value":)" + s(lease.key) + "}}",
              R"("childShardIds":)" + put(ss(children))))
    return false;
  lease.children = children;
  return true;
}

void Kcl2::remove(const std::string& key) {
  is_done(
      client_.call("DeleteItem", R"({"TableName":)" + quoted(table_) + R"(,"Key":{"leaseKey":)" + s(key) + "}}"));
}

}  // namespace penstock::dynamodb
