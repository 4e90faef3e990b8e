// A lease: one row of the table by which the workers of an application divide the shards among them.
//
// The attributes are those of the Kinesis Client Library (KCL) 2.x (class DynamoDBLeaseSerializer,
// https://github.com/awslabs/amazon-kinesis-client), so that KCL workers and ours can share one table. The names
// of our additional attributes begin with our name, and KCL ignores them.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/kinesis/hash_key.h"
#include "core/kinesis/input/shard_position.h"

namespace penstock::leases {

// Values of a checkpoint besides a sequence number and kShardEnd.
inline constexpr std::string_view kTrimHorizonCheckpoint = "TRIM_HORIZON";
inline constexpr std::string_view kLatestCheckpoint = "LATEST";
inline constexpr std::string_view kAtTimestampCheckpoint = "AT_TIMESTAMP";

// The record as a whole, in checkpointSubSequenceNumber, which KCL reads as a signed number.
inline constexpr uint64_t kWholeRecordInRow = std::numeric_limits<int64_t>::max();

struct Lease {
  std::string key;        // shard id; with several streams stream_id:shard_id, see lease_key()
  std::string stream_id;  // "" in a table of one stream; else account:stream:creationEpoch
  std::string shard_id;
  std::string owner;  // worker id; "": free
  // Each write of the lease increments it, so that other workers see that its owner is alive, and no worker
  // overwrites a row that has changed since it read it.
  int64_t counter = 0;
  std::string checkpoint;  // sequence number, or one of the words above; "": none in the row
  uint64_t sub_sequence_number = 0;
  int64_t owner_switches = 0;           // since the last checkpoint
  std::vector<std::string> parent_ids;  // shard ids
  std::vector<std::string> child_ids;   // shard ids; known once this shard has ended
  std::optional<kinesis::HashKey> first_hash_key;
  std::optional<kinesis::HashKey> last_hash_key;

  // Our own attributes: which stream the position belongs to, and when reading from LATEST or AT_TIMESTAMP began.
  // "" and 0: not in the row.
  std::string stream_arn;
  int64_t stream_created_ms = 0;  // Unix time
  int64_t started_ms = 0;         // Unix time, of the service's clock
};

// Returns the key of a shard's lease. stream_id "": the table is for a single stream.
inline std::string lease_key(std::string_view stream_id, std::string_view shard_id) {
  std::string key(stream_id);
  if (!key.empty()) key += ':';
  return key.append(shard_id);
}

// Returns the account and the name in account:stream:creationEpoch.
inline std::string_view without_epoch(std::string_view stream_id) {
  return stream_id.substr(0, stream_id.rfind(':'));
}

}  // namespace penstock::leases
