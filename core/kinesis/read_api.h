// The calls that read a stream: their bodies and their responses, as pure functions.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "core/kinesis/hash_key.h"

namespace penstock::kinesis {

// Which stream it is: one that was deleted and made again has another creation time.
struct StreamIdentity {
  std::string name;
  std::string arn;         // "": the service did not say
  int64_t created_ms = 0;  // Unix time; 0: the service did not say

  friend bool operator==(const StreamIdentity&, const StreamIdentity&) = default;
};

// Where an iterator begins.
struct IteratorStart {
  enum class Kind { trim_horizon, at_timestamp, at_sequence_number, after_sequence_number };
  Kind kind = Kind::trim_horizon;
  int64_t timestamp_ms = 0;     // at_timestamp; Unix time
  std::string sequence_number;  // at_ and after_sequence_number
};

struct ShardInfo {
  std::string id;
  std::vector<std::string> parent_ids;  // none, one (after a split) or two (after a merge)
  HashKey first_hash_key = 0;           // its range, the last included
  HashKey last_hash_key = 0;
  bool open = true;  // whether it takes records
};

struct ListShardsResponse {
  std::vector<ShardInfo> shards;
  std::string next_token;  // "": this was the last page
};

// Views into the response that holds it.
struct SourceRecord {
  std::string_view sequence_number;
  std::string_view partition_key;
  std::string_view data;  // base64 taken off
  int64_t arrival_time_ms = 0;
};

struct GetRecordsResponse {
  std::string body;  // what the views point into; move the response as a whole
  std::vector<SourceRecord> records;
  // "": null, empty or missing in the response. Without child shards that is no proof that the shard has ended.
  std::string next_iterator;
  bool has_child_shards = false;
  int64_t behind_latest_ms = 0;
};

// stream is a name or an ARN.
std::string describe_stream_summary_body(const std::string& stream);
// next_token "" asks for the first page; a token goes without the stream.
std::string list_shards_body(const std::string& stream, const std::string& next_token);
std::string get_shard_iterator_body(const std::string& stream, const std::string& shard_id,
                                    const IteratorStart& start);
// The iterator names the stream; its ARN goes along where it was given by that, for the policies of another
// account.
std::string get_records_body(const std::string& stream, const std::string& iterator, size_t limit);

// Code::transient where the text is not the response that the service documents: asking again may get a whole one.
Result<StreamIdentity> read_describe_stream_summary(std::string body);
Result<ListShardsResponse> read_list_shards(std::string body);
Result<std::string> read_get_shard_iterator(std::string body);
Result<GetRecordsResponse> read_get_records(std::string body);

}  // namespace penstock::kinesis
