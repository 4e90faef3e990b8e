// The calls on one stream that a worker of Amazon's Kinesis Client Library 2.x makes: those of its classes
// KinesisShardDetector and KinesisDataFetcher (https://github.com/awslabs/amazon-kinesis-client, v2.7.0). Calls
// take no time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/kinesis/input/shard_position.h"
#include "tests/model_dynamodb/kcl2.h"
#include "tests/model_kinesis/hash_key.h"
#include "tests/model_kinesis/test_client.h"

namespace penstock::sim {

using dynamodb::Kcl2Lease, dynamodb::KclError;

// A shard in a list, or among the ChildShards of GetRecords.
struct KclShard {
  std::string id;
  std::vector<std::string> parents;
  model::HashKey first = 0, last = model::kLastHashKey;
  bool open = true;
};

struct KclRecord {
  std::string sequence_number;
  std::string data;
};

struct KclRecords {
  std::vector<KclRecord> records;
  std::string next_iterator;       // "": the shard was read to its end
  std::vector<KclShard> children;  // then
};

class KclStream {
 public:
  // stream_id: with several streams, account:stream:creationEpoch; otherwise "". KCL's initial position is that of
  // the application.
  KclStream(std::string name, std::string stream_id, kinesis::InitialPosition initial)
      : name_(std::move(name)), stream_id_(std::move(stream_id)), initial_(initial) {}

  const std::string& name() const { return name_; }
  const std::string& stream_id() const { return stream_id_; }
  const kinesis::InitialPosition& initial() const { return initial_; }
  std::string lease_key(const std::string& shard_id) const {
    return stream_id_.empty() ? shard_id : stream_id_ + ":" + shard_id;
  }
  // Returns a new row as KCL creates it; its checkpoint is TRIM_HORIZON.
  Kcl2Lease new_lease(const KclShard& shard) const;

  // Each of the following throws KclError.
  // Returns all shards; or, if the table has no lease, those to begin with: the ones that were open at the initial
  // position. An empty list means that the stream does not exist.
  std::vector<KclShard> list_shards(model::TestClient& client, bool at_initial_position) const;
  // Returns an iterator at the checkpoint of a lease, or after the sequence number of a record.
  std::string iterator_at(model::TestClient& client, const std::string& shard_id,
                          const std::string& checkpoint) const;
  std::string iterator_after(model::TestClient& client, const std::string& shard_id,
                             const std::string& last_known) const;
  // Throws also if the response says neither how the shard continues nor that it ended; the call is then repeated.
  static KclRecords get_records(model::TestClient& client, const std::string& iterator);
  // Returns the children of a shard that was closed, from a read at its end.
  std::vector<std::string> children_of(model::TestClient& client, const std::string& shard_id) const;

 private:
  std::string iterator(model::TestClient& client, const std::string& shard_id, const std::string& position,
                       const char* type_of_number) const;

  std::string name_, stream_id_;
  kinesis::InitialPosition initial_;
};

}  // namespace penstock::sim
