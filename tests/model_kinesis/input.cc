#include "tests/model_kinesis/input.h"

#include <array>
#include <utility>

#include "tests/model_kinesis/codec.h"
#include "tests/model_kinesis/input_values.h"
#include "tests/model_kinesis/json_in.h"

namespace penstock::model {

using Value = rapidjson::Value;

Error serialization(std::string message) { return {400, "SerializationException", std::move(message)}; }

namespace {

// The service's parser error for a value of the wrong type.
std::optional<Error> wrong_type(const Value& value, const std::string& wanted) {
  if (value.IsArray()) return serialization("Start of list found where not expected");
  if (value.IsObject()) return serialization("Start of structure or map found where not expected.");
  const char* found = value.IsBool()     ? "class java.lang.Boolean"
                      : value.IsNumber() ? "class com.amazon.coral.value.json.numbers.TruncatingBigNumber"
                                         : "class java.lang.String";
  return serialization(std::string(found) + " can not be converted to " + wanted);
}

}  // namespace

std::optional<Error> read(const Value& value, Text& out) {
  if (!value.IsString()) return wrong_type(value, "an String");
  out = view(value);
  return std::nullopt;
}

std::optional<Error> read(const Value& value, std::optional<int64_t>& out) {
  if (!value.IsNumber()) return wrong_type(value, "an Integer");
  out = value.IsInt64() ? value.GetInt64() : static_cast<int64_t>(value.GetDouble());
  return std::nullopt;
}

std::optional<Error> read(const Value& value, std::optional<double>& out) {
  if (!value.IsNumber()) return wrong_type(value, "milliseconds since epoch");
  out = value.GetDouble();
  return std::nullopt;
}

namespace {

std::optional<Error> read_flag(const Value& value, std::optional<bool>& out) {
  if (!value.IsBool()) return wrong_type(value, "a Boolean");
  out = value.GetBool();
  return std::nullopt;
}

std::optional<Error> read_blob(const Value& value, Text& out) {
  if (!value.IsString()) return wrong_type(value, "a Blob");
  // After in-situ parsing, the text is in the body, which may be overwritten.
  auto* text = const_cast<char*>(value.GetString());
  const std::optional<std::string_view> decoded = decode_base64({text, value.GetStringLength()});
  if (!decoded) return serialization("'" + std::string(view(value)) + "' can not be converted to a Blob");
  out = *decoded;
  return std::nullopt;
}

std::optional<Error> read_entry_member(std::string_view name, const Value& value, PutEntry& entry) {
  if (name == "Data") return read_blob(value, entry.data);
  if (name == "PartitionKey") return read(value, entry.partition_key);
  if (name == "ExplicitHashKey") return read(value, entry.explicit_hash_key);
  return std::nullopt;
}

std::optional<Error> read_records(const Value& value, Input& input) {
  if (value.IsObject()) return serialization("Start of structure or map found where not expected.");
  if (!value.IsArray()) return serialization("Expected list or null");
  std::vector<PutEntry>& entries = input.records.emplace();
  entries.reserve(value.Size());
  for (const Value& element : value.GetArray()) {
    if (element.IsArray()) return serialization("Start of list found where not expected");
    if (!element.IsObject()) return serialization("Expected null");
    PutEntry& entry = entries.emplace_back();
    for (auto member = element.MemberBegin(); member < element.MemberEnd(); ++member)
      if (!member->value.IsNull())
        if (auto error = read_entry_member(view(member->name), member->value, entry)) return error;
  }
  return std::nullopt;
}

std::optional<Error> read_mode(const Value& value, Input& input) {
  if (!value.IsObject()) return wrong_type(value, "an Object");
  for (auto member = value.MemberBegin(); member < value.MemberEnd(); ++member)
    if (view(member->name) == "StreamMode" && !member->value.IsNull())
      return read(member->value, input.stream_mode);
  return std::nullopt;
}

std::optional<Error> read_filter(const Value& value, Input& input) {
  if (!value.IsObject()) return wrong_type(value, "an Object");
  ShardFilterInput& filter = input.shard_filter.emplace();
  for (auto member = value.MemberBegin(); member < value.MemberEnd(); ++member) {
    if (member->value.IsNull()) continue;
    std::optional<Error> error;
    const std::string_view name = view(member->name);
    if (name == "Type") error = read(member->value, filter.type);
    if (name == "ShardId") error = read(member->value, filter.shard_id);
    if (name == "Timestamp") error = read(member->value, filter.timestamp);
    if (error) return error;
  }
  return std::nullopt;
}

constexpr std::array<std::pair<std::string_view, Text Input::*>, 14> kTexts = {{
    {"StreamName", &Input::stream_name},
    {"StreamARN", &Input::stream_arn},
    {"SequenceNumberForOrdering", &Input::sequence_number_for_ordering},
    {"ShardId", &Input::shard_id},
    {"ShardIteratorType", &Input::shard_iterator_type},
    {"StartingSequenceNumber", &Input::starting_sequence_number},
    {"ShardIterator", &Input::shard_iterator},
    {"NextToken", &Input::next_token},
    {"RecordDistributionStrategy", &Input::record_distribution_strategy},
    {"ExclusiveStartShardId", &Input::exclusive_start_shard_id},
    {"ShardToSplit", &Input::shard_to_split},
    {"NewStartingHashKey", &Input::new_starting_hash_key},
    {"ShardToMerge", &Input::shard_to_merge},
    {"AdjacentShardToMerge", &Input::adjacent_shard_to_merge},
}};

constexpr std::array<std::pair<std::string_view, std::optional<int64_t> Input::*>, 4> kIntegers = {{
    {"Limit", &Input::limit},
    {"MaxResults", &Input::max_results},
    {"ShardCount", &Input::shard_count},
    {"MaxRecordSizeInKiB", &Input::max_record_kib},
}};

std::optional<Error> read_member(std::string_view name, const Value& value, Input& input) {
  for (const auto& [known, member] : kTexts)
    if (name == known) return read(value, input.*member);
  for (const auto& [known, member] : kIntegers)
    if (name == known) return read(value, input.*member);
  if (name == "DryRun") return read_flag(value, input.dry_run);
  if (name == "Timestamp") return read(value, input.timestamp);
  if (name == "Records") return read_records(value, input);
  if (name == "StreamModeDetails") return read_mode(value, input);
  if (name == "ShardFilter") return read_filter(value, input);
  if (const auto outcome = read_queue_member(name, value, input.queue)) return *outcome;
  return read_entry_member(name, value, input.record);
}

}  // namespace

std::optional<Error> read_input(std::string& body, Input& input) {
  if (!is_utf8(body)) return serialization("");
  rapidjson::Document document;
  document.ParseInsitu<rapidjson::kParseIterativeFlag>(body.data());
  if (document.HasParseError() || !document.IsObject()) return serialization("");
  const Value& object = document;
  for (auto member = object.MemberBegin(); member < object.MemberEnd(); ++member)
    if (!member->value.IsNull())
      if (auto error = read_member(view(member->name), member->value, input)) return error;
  return std::nullopt;
}

}  // namespace penstock::model
