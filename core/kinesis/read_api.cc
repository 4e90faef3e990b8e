#include "core/kinesis/read_api.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "core/kinesis/put_records.h"
#include "core/kinesis/response.h"

namespace penstock::kinesis {

std::string describe_stream_summary_body(const std::string& stream) {
  std::string out = "{";
  append_stream_member(out, stream);
  return out += '}';
}

std::string list_shards_body(const std::string& stream, const std::string& next_token) {
  if (next_token.empty()) return describe_stream_summary_body(stream);
  std::string out = "{";
  append_json_member(out, "NextToken", next_token);
  return out += '}';
}

std::string get_shard_iterator_body(const std::string& stream, const std::string& shard_id,
                                    const IteratorStart& start) {
  std::string out = "{";
  append_stream_member(out, stream);
  append_json_member(out, "ShardId", shard_id);
  switch (start.kind) {
    case IteratorStart::Kind::trim_horizon:
      append_json_member(out, "ShardIteratorType", "TRIM_HORIZON");
      break;
    case IteratorStart::Kind::at_timestamp: {
      append_json_member(out, "ShardIteratorType", "AT_TIMESTAMP");
      // No record arrived before 1970.
      const int64_t time_ms = std::max<int64_t>(0, start.timestamp_ms);
      const std::string fraction = std::to_string(1000 + time_ms % 1000);
      (out += ",\"Timestamp\":" + std::to_string(time_ms / 1000) + '.').append(fraction, 1);
      break;
    }
    case IteratorStart::Kind::at_sequence_number:
    case IteratorStart::Kind::after_sequence_number:
      append_json_member(
          out, "ShardIteratorType",
          start.kind == IteratorStart::Kind::at_sequence_number ? "AT_SEQUENCE_NUMBER" : "AFTER_SEQUENCE_NUMBER");
      append_json_member(out, "StartingSequenceNumber", start.sequence_number);
      break;
  }
  return out += '}';
}

std::string get_records_body(const std::string& stream, const std::string& iterator, size_t limit) {
  std::string out = "{";
  append_json_member(out, "ShardIterator", iterator);
  if (stream.starts_with("arn:")) append_json_member(out, "StreamARN", stream);
  return out += ",\"Limit\":" + std::to_string(limit) + '}';
}

namespace {

// Returns nullopt if the value is not valid.
std::optional<size_t> max_record_bytes_of(const JsonValue& summary) {
  const JsonValue limit = summary["MaxRecordSizeInKiB"];
  if (!limit.exists()) return kMaxRecordBytes;  // the service is older than this member
  const uint64_t kib = limit.unsigned_integer().value_or(0);
  if (kib == 0 || kib > UINT32_MAX) return std::nullopt;
  return size_t{kib} << 10;
}

}  // namespace

Result<StreamSummary> read_describe_stream_summary(std::string body) {
  const std::optional<JsonDocument> document = JsonDocument::parse(std::move(body));
  if (!document) return unexpected_response("DescribeStreamSummary", "it is not a JSON object");
  const JsonValue summary = (*document)["StreamDescriptionSummary"];
  if (!summary.is_object())
    return unexpected_response("DescribeStreamSummary", "it has no object StreamDescriptionSummary");
  StreamSummary response;
  response.identity = {std::string(summary["StreamName"].text()), std::string(summary["StreamARN"].text())};
  const double seconds = summary["StreamCreationTimestamp"].number().value_or(0);
  if (seconds > 0 && seconds < kLargestSeconds) response.identity.created_ms = std::llround(seconds * 1000);
  response.status = summary["StreamStatus"].text();
  response.open_shards = summary["OpenShardCount"].unsigned_integer();
  const JsonValue strategy = summary["RecordDistributionStrategy"];
  response.distribution_may_change = strategy.is_string();
  if (strategy.is_string() && strategy.text() != "USER_PARTITION_KEY")
    response.distribution = RecordDistribution::by_service;
  response.strategy = strategy.text();
  response.mode = summary["StreamModeDetails"]["StreamMode"].text();
  if (summary["EncryptionType"].text() == "KMS") response.encryption_key = summary["KeyId"].text();
  response.max_record_bytes = max_record_bytes_of(summary);
  return response;
}

Result<ListShardsResponse> read_list_shards(std::string body) {
  const std::optional<JsonDocument> document = JsonDocument::parse(std::move(body));
  if (!document) return unexpected_response("ListShards", "it is not a JSON object");
  const JsonValue shards = (*document)["Shards"];
  if (!shards.is_array()) return unexpected_response("ListShards", "it has no array Shards");
  ListShardsResponse response;
  for (const JsonValue shard : shards.elements()) {
    ShardInfo info;
    info.id = shard["ShardId"].text();
    if (info.id.empty()) return unexpected_response("ListShards", "a shard has no ShardId");
    for (const char* name : {"ParentShardId", "AdjacentParentShardId"})
      if (const std::string_view parent = shard[name].text(); !parent.empty())
        info.parent_ids.emplace_back(parent);
    const JsonValue range = shard["HashKeyRange"];
    info.first_hash_key = parse_hash_key(range["StartingHashKey"].text()).value_or(0);
    info.last_hash_key = parse_hash_key(range["EndingHashKey"].text()).value_or(0);
    info.open = shard["SequenceNumberRange"]["EndingSequenceNumber"].text().empty();
    response.shards.push_back(std::move(info));
  }
  response.next_token = (*document)["NextToken"].text();
  return response;
}

Result<std::string> read_get_shard_iterator(std::string body) {
  const std::optional<JsonDocument> document = JsonDocument::parse(std::move(body));
  std::string iterator;
  if (document) iterator = (*document)["ShardIterator"].text();
  if (iterator.empty()) return unexpected_response("GetShardIterator", "it has no ShardIterator");
  return iterator;
}

}  // namespace penstock::kinesis
