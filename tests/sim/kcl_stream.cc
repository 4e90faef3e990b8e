#include "tests/sim/kcl_stream.h"

#include <utility>

#include "tests/model_kinesis/codec.h"

namespace penstock::sim {

using model::Response, model::TestClient;
using InitialKind = kinesis::InitialPosition::Kind;

namespace {

Response done(Response response) {
  if (!response.ok()) throw KclError{response.reply().wire == model::Wire::whole ? response.code() : ""};
  return response;
}

model::HashKey hash_key(const Response& response, const std::string& path) {
  return model::parse_hash_key(response.text(path)).value();
}

KclShard shard_at(const Response& response, const std::string& path) {
  KclShard shard;
  shard.id = response.text(path + ".ShardId");
  shard.first = hash_key(response, path + ".HashKeyRange.StartingHashKey");
  shard.last = hash_key(response, path + ".HashKeyRange.EndingHashKey");
  return shard;
}

std::string seconds(int64_t ms) { return std::to_string(static_cast<double>(ms) / 1000); }

}  // namespace

Kcl2Lease KclStream::new_lease(const KclShard& shard) const {
  Kcl2Lease lease;
  lease.key = lease_key(shard.id);
  lease.parents = shard.parents;
  lease.starting_hash_key = model::decimal(shard.first);
  lease.ending_hash_key = model::decimal(shard.last);
  lease.stream_id = stream_id_;
  if (!stream_id_.empty()) lease.shard_id = shard.id;
  return lease;
}

std::vector<KclShard> KclStream::list_shards(TestClient& client, bool at_initial_position) const {
  std::string body = R"({"StreamName":")" + name_ + "\"";
  if (at_initial_position && initial_.kind == InitialKind::trim_horizon)
    body += R"(,"ShardFilter":{"Type":"AT_TRIM_HORIZON"})";
  if (at_initial_position && initial_.kind == InitialKind::latest)
    body += R"(,"ShardFilter":{"Type":"AT_LATEST"})";
  if (at_initial_position && initial_.kind == InitialKind::at_timestamp)
    body += R"(,"ShardFilter":{"Type":"AT_TIMESTAMP","Timestamp":)" + seconds(initial_.timestamp_ms) + "}";
  std::vector<KclShard> shards;
  while (!body.empty()) {
    const Response page = done(client.call("ListShards", body + "}"));
    for (size_t i = 0; i < page.size("Shards"); ++i) {
      const std::string path = "Shards." + std::to_string(i);
      KclShard shard = shard_at(page, path);
      for (const char* parent : {".ParentShardId", ".AdjacentParentShardId"})
        if (page.has(path + parent)) shard.parents.push_back(page.text(path + parent));
      shard.open = !page.has(path + ".SequenceNumberRange.EndingSequenceNumber");
      shards.push_back(std::move(shard));
    }
    const std::string token = page.text("NextToken");
    body = token.empty() ? "" : R"({"NextToken":")" + token + "\"";
  }
  return shards;
}

std::string KclStream::iterator(TestClient& client, const std::string& shard_id, const std::string& position,
                                const char* type_of_number) const {
  std::string body = R"({"StreamName":")" + name_ + R"(","ShardId":")" + shard_id + R"(","ShardIteratorType":")";
  if (position == "TRIM_HORIZON" || position == "LATEST") {
    body += position + "\"";
  } else if (position == "AT_TIMESTAMP") {
    // KCL takes the time from its own initial position. Without one, that is a NullPointerException.
    if (initial_.kind != InitialKind::at_timestamp) throw KclError{"NullPointerException"};
    body += position + R"(","Timestamp":)" + seconds(initial_.timestamp_ms);
  } else {
    body += std::string(type_of_number) + R"(","StartingSequenceNumber":")" + position + "\"";
  }
  return done(client.call("GetShardIterator", body + "}")).text("ShardIterator");
}

std::string KclStream::iterator_at(TestClient& client, const std::string& shard_id,
                                   const std::string& checkpoint) const {
  return iterator(client, shard_id, checkpoint, "AT_SEQUENCE_NUMBER");
}

std::string KclStream::iterator_after(TestClient& client, const std::string& shard_id,
                                      const std::string& last_known) const {
  return iterator(client, shard_id, last_known, "AFTER_SEQUENCE_NUMBER");
}

KclRecords KclStream::get_records(TestClient& client, const std::string& iterator) {
  const Response response = done(client.get(iterator));
  KclRecords read;
  for (size_t i = 0; i < response.size("Records"); ++i) {
    const std::string path = "Records." + std::to_string(i);
    std::string encoded = response.text(path + ".Data");
    read.records.push_back(
        {response.text(path + ".SequenceNumber"), std::string(model::decode_base64(encoded).value())});
  }
  read.next_iterator = response.text("NextShardIterator");
  for (size_t i = 0; i < response.size("ChildShards"); ++i) {
    const std::string path = "ChildShards." + std::to_string(i);
    KclShard child = shard_at(response, path);
    for (size_t parent = 0; parent < response.size(path + ".ParentShards"); ++parent)
      child.parents.push_back(response.text(path + ".ParentShards." + std::to_string(parent)));
    read.children.push_back(std::move(child));
  }
  // DataFetcher.isValidResult: exactly one of the two.
  if (read.next_iterator.empty() == read.children.empty()) throw KclError{"RetryableRetrievalException"};
  return read;
}

std::vector<std::string> KclStream::children_of(TestClient& client, const std::string& shard_id) const {
  const Response read = done(client.get(iterator(client, shard_id, "LATEST", "")));
  std::vector<std::string> ids;
  for (size_t i = 0; i < read.size("ChildShards"); ++i)
    ids.push_back(read.text("ChildShards." + std::to_string(i) + ".ShardId"));
  return ids;
}

}  // namespace penstock::sim
