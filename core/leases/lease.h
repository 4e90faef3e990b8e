// A lease: one row of the table by which the workers of an application share the shards out among them.
//
// The attributes are those of Amazon's Kinesis Client Library 2.x (its class DynamoDBLeaseSerializer,
// https://github.com/awslabs/amazon-kinesis-client), so that its workers and ours may stand at one table. What we
// add bears our name, and that library passes it over.
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

// What a checkpoint may be besides a sequence number and kShardEnd.
inline constexpr std::string_view kTrimHorizonCheckpoint = "TRIM_HORIZON";
inline constexpr std::string_view kLatestCheckpoint = "LATEST";
inline constexpr std::string_view kAtTimestampCheckpoint = "AT_TIMESTAMP";

// As checkpointSubSequenceNumber, which that library reads as a signed number: the record as a whole.
inline constexpr uint64_t kWholeRecordInRow = std::numeric_limits<int64_t>::max();

struct Lease {
  std::string key;        // the shard's id; with several streams stream_id:shard_id, see lease_key()
  std::string stream_id;  // "" in a table of one stream; else account:stream:creationEpoch
  std::string shard_id;
  std::string owner;  // the worker's id; "": free
  // Every write of a lease adds one, so that others see its owner live, and nobody writes what he has not seen.
  int64_t counter = 0;
  std::string checkpoint;  // a sequence number, or one of the words above; "": the row has none
  uint64_t sub_sequence_number = 0;
  int64_t owner_switches = 0;           // since the last checkpoint
  std::vector<std::string> parent_ids;  // shards
  std::vector<std::string> child_ids;   // shards; known once this one has ended
  std::optional<kinesis::HashKey> first_hash_key;
  std::optional<kinesis::HashKey> last_hash_key;

  // Ours: which stream the position is of, and when reading from LATEST or AT_TIMESTAMP began. "" and 0: not
  // there.
  std::string stream_arn;
  int64_t stream_created_ms = 0;  // Unix time
  int64_t started_ms = 0;         // Unix time, the service's
};

// The key of a shard's lease. stream_id "": the table is of one stream.
inline std::string lease_key(std::string_view stream_id, std::string_view shard_id) {
  std::string key(stream_id);
  if (!key.empty()) key += ':';
  return key.append(shard_id);
}

}  // namespace penstock::leases
