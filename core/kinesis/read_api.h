// Request bodies and response parsers of the calls that read a stream, as pure functions.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "core/kinesis/hash_key.h"

namespace penstock::kinesis {

// Identity of a stream. A stream that was deleted and created again has another creation time.
struct StreamIdentity {
  std::string name;
  std::string arn;         // "": not in the response
  int64_t created_ms = 0;  // Unix time; 0: not in the response

  friend bool operator==(const StreamIdentity&, const StreamIdentity&) = default;
};

// Who chooses the shard of a new record. A stream's strategy can change at any time.
// https://docs.aws.amazon.com/streams/latest/dev/service-managed-record-distribution.html
enum class RecordDistribution {
  by_key,  // its hash key decides (RecordDistributionStrategy USER_PARTITION_KEY, or none: a provisioned stream)
  by_service,  // the service decides, and ignores all keys (AUTO, or a strategy that is unknown here)
};

struct StreamSummary {
  StreamIdentity identity;
  std::string status;  // such as "ACTIVE"; "": not in the response
  std::optional<uint64_t> open_shards;
  RecordDistribution distribution = RecordDistribution::by_key;
  bool distribution_may_change = false;  // the stream has a strategy, as every on-demand stream
  std::string strategy;                  // its name, such as "AUTO"; "": none
  std::string mode;                      // PROVISIONED or ON_DEMAND; "": not in the response
  std::string encryption_key;            // ID, ARN, or alias; "": not encrypted
  // Maximum size of a record. The default if the response has no such member; nullopt if its value is not valid.
  std::optional<size_t> max_record_bytes;
};

// Position at which an iterator begins.
struct IteratorStart {
  enum class Kind { trim_horizon, at_timestamp, at_sequence_number, after_sequence_number };
  Kind kind = Kind::trim_horizon;
  int64_t timestamp_ms = 0;     // for at_timestamp; Unix time
  std::string sequence_number;  // for at_ and after_sequence_number
};

struct ShardInfo {
  std::string id;
  std::vector<std::string> parent_ids;  // none, one (after a split) or two (after a merge)
  HashKey first_hash_key = 0;           // range of hash keys, both ends inclusive
  HashKey last_hash_key = 0;
  bool open = true;  // still accepts records

  bool operator==(const ShardInfo&) const = default;
};

struct ListShardsResponse {
  std::vector<ShardInfo> shards;
  std::string next_token;  // "": last page
};

// One record, as views into the response that holds it.
struct SourceRecord {
  std::string_view sequence_number;
  std::string_view partition_key;  // "": none; only while the service distributed the records
  std::string_view data;           // decoded from base64
  int64_t arrival_time_ms = 0;
};

struct GetRecordsResponse {
  std::string body;  // the views point into it; move the response only as a whole
  std::vector<SourceRecord> records;
  // Empty if it is null, empty or missing in the response. Without child shards, that does not prove that the
  // shard has ended.
  std::string next_iterator;
  std::vector<ShardInfo> child_shards;  // open, as far as the response shows
  int64_t behind_latest_ms = 0;

  // Removes everything, and frees the memory: if a std::string is assigned an empty one, it keeps its memory.
  void release() {
    const GetRecordsResponse released = std::move(*this);
    *this = {};
  }
};

// stream is a name or an ARN.
std::string describe_stream_summary_body(const std::string& stream);
// An empty next_token requests the first page. A request with a token omits the stream.
std::string list_shards_body(const std::string& stream, const std::string& next_token);
std::string get_shard_iterator_body(const std::string& stream, const std::string& shard_id,
                                    const IteratorStart& start);
// The iterator identifies the stream. If stream is an ARN, the request includes it too, because access policies
// across accounts need it.
std::string get_records_body(const std::string& stream, const std::string& iterator, size_t limit);

// Return Code::transient if the text is not the response that the service documents; a retry may get a complete
// one.
Result<StreamSummary> read_describe_stream_summary(std::string body);
Result<ListShardsResponse> read_list_shards(std::string body);
Result<std::string> read_get_shard_iterator(std::string body);
Result<GetRecordsResponse> read_get_records(std::string body);

}  // namespace penstock::kinesis
