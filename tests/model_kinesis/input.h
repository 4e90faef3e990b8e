// The parameters of a call, read from its JSON body.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/model_kinesis/message.h"

namespace penstock::model {

using Text = std::optional<std::string_view>;

struct PutEntry {
  Text partition_key, explicit_hash_key, data;  // data decoded
};

struct ReceiptEntry {
  Text receipt_handle;
  std::optional<int64_t> visibility_timeout_s;
};

struct QueueStreamEntry {
  Text stream_arn, starting_position;
  std::optional<double> timestamp;  // Unix time, s
};

struct ShardFilterInput {
  Text type, shard_id;
  std::optional<double> timestamp;  // Unix time, s
};

// The parameters that only the operations of queues have.
struct QueueInput {
  Text name, arn;
  std::optional<std::vector<QueueStreamEntry>> streams;
  std::optional<int64_t> visibility_timeout_s;
  Text target_type;
  std::optional<int64_t> max_receive_count;
  std::optional<int64_t> wait_time_s, receive_visibility_timeout_s;
  std::optional<std::vector<ReceiptEntry>> entries;
};

// The parameters of all operations that the model implements. Absent and null ones are empty. The views point into
// the body.
struct Input {
  Text stream_name, stream_arn;
  PutEntry record;                               // PutRecord
  std::optional<std::vector<PutEntry>> records;  // PutRecords
  Text sequence_number_for_ordering;
  Text shard_id, shard_iterator_type, starting_sequence_number;
  std::optional<double> timestamp;  // Unix time, s
  Text shard_iterator;
  std::optional<bool> dry_run;  // PutRecord, PutRecords, GetRecords, GetShardIterator
  std::optional<int64_t> limit;
  Text next_token, exclusive_start_shard_id;
  std::optional<ShardFilterInput> shard_filter;
  std::optional<int64_t> max_results, shard_count, max_record_kib;
  Text stream_mode, record_distribution_strategy;
  Text shard_to_split, new_starting_hash_key, shard_to_merge, adjacent_shard_to_merge;
  QueueInput queue;
};

// Fills `input` from `body`, which it overwrites. Ignores unknown members, as the service does; a wrong type is an
// error. REQUIRES: `body` outlives `input` and is not moved.
std::optional<Error> read_input(std::string& body, Input& input);

}  // namespace penstock::model
