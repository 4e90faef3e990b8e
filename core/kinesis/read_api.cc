#include "core/kinesis/read_api.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/json.h"
#include "base/json_parser.h"
#include "core/kinesis/answer.h"
#include "core/kinesis/put_records.h"

namespace penstock {

namespace {

void member(std::string& out, std::string_view name, std::string_view value) {
  out += out.size() == 1 ? "\"" : ",\"";
  out.append(name).append("\":");
  append_json_string(out, value);
}

std::string text_member(const JsonValue& object, const char* name) {
  const auto found = object.FindMember(name);
  return found != object.MemberEnd() && found->value.IsString()
             ? std::string(found->value.GetString(), found->value.GetStringLength())
             : std::string();
}

}  // namespace

std::string describe_stream_summary_body(const std::string& stream) {
  std::string out = "{";
  append_stream_member(out, stream);
  return out += '}';
}

std::string list_shards_body(const std::string& stream, const std::string& next_token) {
  if (next_token.empty()) return describe_stream_summary_body(stream);
  std::string out = "{";
  member(out, "NextToken", next_token);
  return out += '}';
}

std::string get_shard_iterator_body(const std::string& stream, const std::string& shard_id,
                                    const IteratorStart& start) {
  std::string out = "{";
  append_stream_member(out, stream);
  member(out, "ShardId", shard_id);
  switch (start.kind) {
    case IteratorStart::Kind::trim_horizon:
      member(out, "ShardIteratorType", "TRIM_HORIZON");
      break;
    case IteratorStart::Kind::at_timestamp: {
      member(out, "ShardIteratorType", "AT_TIMESTAMP");
      // Nothing arrived before 1970.
      const int64_t time_ms = std::max<int64_t>(0, start.timestamp_ms);
      const std::string fraction = std::to_string(1000 + time_ms % 1000);
      (out += ",\"Timestamp\":" + std::to_string(time_ms / 1000) + '.').append(fraction, 1);
      break;
    }
    case IteratorStart::Kind::at_sequence_number:
    case IteratorStart::Kind::after_sequence_number:
      member(
          out, "ShardIteratorType",
          start.kind == IteratorStart::Kind::at_sequence_number ? "AT_SEQUENCE_NUMBER" : "AFTER_SEQUENCE_NUMBER");
      member(out, "StartingSequenceNumber", start.sequence_number);
      break;
  }
  return out += '}';
}

std::string get_records_body(const std::string& stream, const std::string& iterator, size_t limit) {
  std::string out = "{";
  member(out, "ShardIterator", iterator);
  if (stream.starts_with("arn:")) member(out, "StreamARN", stream);
  return out += ",\"Limit\":" + std::to_string(limit) + '}';
}

Result<StreamIdentity> read_describe_stream_summary(std::string body) {
  JsonDocument document;
  document.ParseInsitu<rapidjson::kParseIterativeFlag>(body.data());
  if (document.HasParseError() || !document.IsObject())
    return not_the_answer("DescribeStreamSummary", "no JSON object");
  const auto summary = document.FindMember("StreamDescriptionSummary");
  if (summary == document.MemberEnd() || !summary->value.IsObject())
    return not_the_answer("DescribeStreamSummary", "no object StreamDescriptionSummary");
  StreamIdentity identity = {text_member(summary->value, "StreamName"), text_member(summary->value, "StreamARN")};
  if (const auto created = summary->value.FindMember("StreamCreationTimestamp");
      created != summary->value.MemberEnd() && created->value.IsNumber())
    if (const double seconds = created->value.GetDouble(); seconds > 0 && seconds < kLargestSeconds)
      identity.created_ms = std::llround(seconds * 1000);
  return identity;
}

Result<ListShardsAnswer> read_list_shards(std::string body) {
  JsonDocument document;
  document.ParseInsitu<rapidjson::kParseIterativeFlag>(body.data());
  if (document.HasParseError() || !document.IsObject()) return not_the_answer("ListShards", "no JSON object");
  const auto shards = document.FindMember("Shards");
  if (shards == document.MemberEnd() || !shards->value.IsArray())
    return not_the_answer("ListShards", "no array Shards");
  ListShardsAnswer answer;
  for (const auto& shard : shards->value.GetArray()) {
    ShardInfo info;
    if (shard.IsObject()) info.id = text_member(shard, "ShardId");
    if (info.id.empty()) return not_the_answer("ListShards", "a shard has no ShardId");
    for (const char* name : {"ParentShardId", "AdjacentParentShardId"})
      if (std::string parent = text_member(shard, name); !parent.empty())
        info.parent_ids.push_back(std::move(parent));
    if (const auto range = shard.FindMember("HashKeyRange");
        range != shard.MemberEnd() && range->value.IsObject()) {
      info.first_hash_key = parse_hash_key(text_member(range->value, "StartingHashKey")).value_or(0);
      info.last_hash_key = parse_hash_key(text_member(range->value, "EndingHashKey")).value_or(0);
    }
    const auto numbers = shard.FindMember("SequenceNumberRange");
    info.open = numbers == shard.MemberEnd() || !numbers->value.IsObject() ||
                text_member(numbers->value, "EndingSequenceNumber").empty();
    answer.shards.push_back(std::move(info));
  }
  answer.next_token = text_member(document, "NextToken");
  return answer;
}

Result<std::string> read_get_shard_iterator(std::string body) {
  JsonDocument document;
  document.ParseInsitu<rapidjson::kParseIterativeFlag>(body.data());
  std::string iterator;
  if (!document.HasParseError() && document.IsObject()) iterator = text_member(document, "ShardIterator");
  if (iterator.empty()) return not_the_answer("GetShardIterator", "no ShardIterator");
  return iterator;
}

}  // namespace penstock
