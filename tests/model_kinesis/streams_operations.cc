// CreateStream, DescribeStreamSummary, UpdateMaxRecordSize, UpdateStreamRecordDistributionStrategy, SplitShard,
// MergeShards.
#include "tests/model_kinesis/constraints.h"
#include "tests/model_kinesis/json_out.h"
#include "tests/model_kinesis/operations.h"

namespace penstock::model {
namespace {

constexpr int64_t kOnDemandShards = 4;  // of a new stream
constexpr std::string_view kAutomatic = "AUTO";
constexpr std::string_view kUserPartitionKey = "USER_PARTITION_KEY";

void check_strategy(Constraints& constraints, const Input& input) {
  constraints.one_of(input.record_distribution_strategy, "recordDistributionStrategy", "USER_PARTITION_KEY, AUTO");
}

void check_max_record_size(Constraints& constraints, const Input& input) {
  constraints.range(input.max_record_kib, "maxRecordSizeInKiB", 1024, 10'240);
}

Error no_strategy_when_provisioned() {
  return {400, "InvalidArgumentException",
          "RecordDistributionStrategy is only supported for streams in ON_DEMAND mode."};
}

// Returns why a stream's shards cannot be split or merged by a call: the service scales on-demand streams itself.
std::optional<Error> check_resharding(const Stream& stream) {
  if (stream.mode() == CapacityMode::provisioned) return std::nullopt;
  return Error{400, "ValidationException", "Stream " + stream.name() + " is in ON_DEMAND mode."};
}

// Returns an open shard of the stream, to split or merge.
Shard* find_open(const State& state, Stream& stream, std::string_view shard_id, Error* error) {
  Shard* shard = stream.find(shard_id);
  if (shard == nullptr)
    *error = {400, "ResourceNotFoundException", "Could not find " + place(state, stream, shard_id) + "."};
  else if (shard->closed())
    *error = {400, "InvalidArgumentException",
              place(state, stream, shard_id) +
                  " has already been merged or split, and thus is not eligible for merging or splitting."};
  else
    return shard;
  return nullptr;
}

}  // namespace

Reply create_stream(State& state, const Input& input) {
  Constraints constraints;
  constraints.required(input.stream_name.has_value(), "streamName");
  constraints.name(input.stream_name, "streamName");
  constraints.range(input.shard_count, "shardCount", 1, 100'000);
  constraints.one_of(input.stream_mode, "streamModeDetails.streamMode", "PROVISIONED, ON_DEMAND");
  check_strategy(constraints, input);
  check_max_record_size(constraints, input);
  const bool on_demand = input.stream_mode == "ON_DEMAND";
  constraints.required(on_demand || input.shard_count.has_value(), "shardCount");
  if (const auto error = constraints.failure()) return reject(*error);
  if (on_demand && input.shard_count)
    return reject(
        {400, "ValidationException", "ShardCount must not be specified for a stream in ON_DEMAND mode."});
  if (!on_demand && input.record_distribution_strategy) return reject(no_strategy_when_provisioned());
  const std::string name(*input.stream_name);
  if (state.streams.contains(name))
    return reject({400, "ResourceInUseException",
                   "Stream " + name + " under account " + state.settings.account + " already exists."});
  const auto shards = static_cast<uint32_t>(input.shard_count.value_or(kOnDemandShards));
  const CapacityMode mode = on_demand ? CapacityMode::on_demand : CapacityMode::provisioned;
  Stream& stream = state.streams.try_emplace(name, name, shards, state.now_ms, mode).first->second;
  if (input.record_distribution_strategy == kAutomatic) stream.set_distribution(Distribution::automatic);
  if (input.max_record_kib) stream.set_max_record_bytes(static_cast<size_t>(*input.max_record_kib) << 10);
  return ok_reply("");
}

Reply update_max_record_size(State& state, const Input& input) {
  Constraints constraints;
  constraints.required(input.max_record_kib.has_value(), "maxRecordSizeInKiB");
  check_max_record_size(constraints, input);
  if (const auto error = constraints.failure()) return reject(*error);
  Error error;
  Stream* stream = find_stream(state, input, &error);
  if (stream == nullptr) return reject(error);
  stream->set_max_record_bytes(static_cast<size_t>(*input.max_record_kib) << 10);
  return ok_reply("");
}

Reply update_stream_record_distribution_strategy(State& state, const Input& input) {
  Constraints constraints;
  constraints.required(input.stream_arn.has_value(), "streamARN");
  constraints.required(input.record_distribution_strategy.has_value(), "recordDistributionStrategy");
  check_strategy(constraints, input);
  if (const auto error = constraints.failure()) return reject(*error);
  Error error;
  Stream* stream = find_stream(state, input, &error);
  if (stream == nullptr) return reject(error);
  if (stream->mode() == CapacityMode::provisioned) return reject(no_strategy_when_provisioned());
  stream->set_distribution(input.record_distribution_strategy == kAutomatic ? Distribution::automatic
                                                                            : Distribution::user_partition_key);
  return ok_reply("");
}

Reply describe_stream_summary(State& state, const Input& input) {
  Constraints constraints;
  constraints.name(input.stream_name, "streamName");
  if (const auto error = constraints.failure()) return reject(*error);
  Error error;
  const Stream* stream = find_stream(state, input, &error);
  if (stream == nullptr) return reject(error);
  if (state.settings.denies_descriptions)
    return reject(
        {400, "AccessDeniedException",
         "User is not authorized to perform: kinesis:DescribeStreamSummary on resource: " + state.arn(*stream)});
  JsonOut json;
  json.open('{').key("StreamDescriptionSummary").open('{');
  json.key("StreamName").string(stream->name()).key("StreamARN").string(state.arn(*stream));
  json.key("StreamStatus").string("ACTIVE").key("StreamModeDetails").open('{');
  const bool on_demand = stream->mode() == CapacityMode::on_demand;
  json.key("StreamMode").string(on_demand ? "ON_DEMAND" : "PROVISIONED").close('}');
  if (on_demand)
    json.key("RecordDistributionStrategy")
        .string(stream->distribution() == Distribution::automatic ? kAutomatic : kUserPartitionKey);
  json.key("RetentionPeriodHours").number(24);
  json.key("StreamCreationTimestamp").seconds(stream->created_ms());
  json.key("EnhancedMonitoring")
      .open('[')
      .open('{')
      .key("ShardLevelMetrics")
      .open('[')
      .close(']')
      .close('}')
      .close(']');
  json.key("EncryptionType").string(stream->kms_key.empty() ? "NONE" : "KMS");
  if (!stream->kms_key.empty()) json.key("KeyId").string(stream->kms_key);
  json.key("OpenShardCount")
      .number(static_cast<int64_t>(stream->open_shard_count()))
      .key("ConsumerCount")
      .number(0);
  json.key("MaxRecordSizeInKiB").number(static_cast<int64_t>(stream->max_record_bytes() >> 10));
  return ok_reply(json.close('}').close('}').take());
}

Reply split_shard(State& state, const Input& input) {
  Constraints constraints;
  constraints.name(input.stream_name, "streamName");
  constraints.required(input.shard_to_split.has_value(), "shardToSplit");
  constraints.name(input.shard_to_split, "shardToSplit");
  constraints.required(input.new_starting_hash_key.has_value(), "newStartingHashKey");
  constraints.hash_key(input.new_starting_hash_key, "newStartingHashKey");
  if (const auto error = constraints.failure()) return reject(*error);
  Error error;
  Stream* stream = find_stream(state, input, &error);
  if (stream == nullptr) return reject(error);
  if (const auto wrong = check_resharding(*stream)) return reject(*wrong);
  Shard* shard = find_open(state, *stream, *input.shard_to_split, &error);
  if (shard == nullptr) return reject(error);
  const std::optional<HashKey> key = parse_hash_key(*input.new_starting_hash_key);
  const bool inside = key && *key > shard->first && *key - shard->first > 1 && *key < shard->last;
  if (!inside)
    return reject({400, "InvalidArgumentException",
                   "NewStartingHashKey " + std::string(*input.new_starting_hash_key) +
                       " used in SplitShard() on " + place(state, *stream, shard->id()) +
                       " is not both greater than one plus the shard's StartingHashKey " + decimal(shard->first) +
                       " and less than the shard's EndingHashKey " + decimal(shard->last) + "."});
  stream->split(*shard, *key, state.now_ms);
  return ok_reply("");
}

Reply merge_shards(State& state, const Input& input) {
  Constraints constraints;
  constraints.name(input.stream_name, "streamName");
  constraints.required(input.shard_to_merge.has_value(), "shardToMerge");
  constraints.name(input.shard_to_merge, "shardToMerge");
  constraints.required(input.adjacent_shard_to_merge.has_value(), "adjacentShardToMerge");
  constraints.name(input.adjacent_shard_to_merge, "adjacentShardToMerge");
  if (const auto error = constraints.failure()) return reject(*error);
  Error error;
  Stream* stream = find_stream(state, input, &error);
  if (stream == nullptr) return reject(error);
  if (const auto wrong = check_resharding(*stream)) return reject(*wrong);
  Shard* shard = find_open(state, *stream, *input.shard_to_merge, &error);
  Shard* adjacent = shard == nullptr ? nullptr : find_open(state, *stream, *input.adjacent_shard_to_merge, &error);
  if (adjacent == nullptr) return reject(error);
  const bool adjacent_ranges = (shard->last != kLastHashKey && shard->last + 1 == adjacent->first) ||
                               (adjacent->last != kLastHashKey && adjacent->last + 1 == shard->first);
  if (!adjacent_ranges)
    return reject({400, "InvalidArgumentException",
                   "Shards " + shard->id() + " and " + adjacent->id() + " in stream " + stream->name() +
                       " under account " + state.settings.account +
                       " are not an adjacent pair of shards eligible for merging"});
  stream->merge(*shard, *adjacent, state.now_ms);
  return ok_reply("");
}

}  // namespace penstock::model
