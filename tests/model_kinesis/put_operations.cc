// PutRecord and PutRecords.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/model_kinesis/constraints.h"
#include "tests/model_kinesis/json_out.h"
#include "tests/model_kinesis/operations.h"

namespace penstock::model {
namespace {

std::string_view key_of(const PutEntry& entry) { return entry.partition_key.value_or(std::string_view()); }

size_t size_of(const PutEntry& entry) { return entry.data->size() + key_of(entry).size(); }

// Returns the prefix of the members of an entry of PutRecords.
std::string member(size_t index) { return "records." + std::to_string(index + 1) + ".member."; }

void check_entry(Constraints& constraints, const PutEntry& entry, const std::string& prefix, size_t data_bytes) {
  constraints.required(entry.data.has_value(), prefix + "data");
  constraints.bytes(entry.data, prefix + "data", data_bytes);
  constraints.characters(entry.partition_key, prefix + "partitionKey", 1, 256);
  constraints.hash_key(entry.explicit_hash_key, prefix + "explicitHashKey");
}

// Checks what depends on the stream, or on several members: whether a partition key is required, the size of data
// and key together, and hash keys of 2^128 and above.
std::optional<Error> check_whole_entry(const State& state, const Stream& stream, const PutEntry& entry,
                                       const std::string& prefix) {
  const bool automatic = stream.distribution() == Distribution::automatic;
  Constraints constraints;
  constraints.required(automatic || entry.partition_key.has_value(), prefix + "partitionKey");
  if (auto error = constraints.failure()) return error;
  if (state.faults.is_poison(*entry.data)) return Error{400, "ValidationException", "a record as the test wants"};
  const size_t most = stream.max_record_bytes();
  if (size_of(entry) > most)
    return Error{400, "InvalidArgumentException",
                 "Record of " + std::to_string(size_of(entry)) +
                     " bytes, partition key included, is larger than the maximum record size of " +
                     std::to_string(most) + " bytes."};
  if (!automatic && entry.explicit_hash_key && !parse_hash_key(*entry.explicit_hash_key))
    return Error{
        400, "InvalidArgumentException",
        "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was " +
            std::string(*entry.explicit_hash_key)};
  return std::nullopt;
}

// Returns whether the shard's rates allow the entry.
bool has_room(const State& state, Shard& shard, const PutEntry& entry) {
  const Limits& limits = state.settings.limits;
  const auto size = static_cast<int64_t>(size_of(entry));
  const int64_t room = shard.written_bytes.room(state.now_ms, limits.written_bytes_per_s);
  // A record larger than a second's limit is allowed if nothing else was written in that second.
  const bool bytes_fit = size <= room || room == limits.written_bytes_per_s;
  return bytes_fit && shard.written_records.room(state.now_ms, limits.written_records_per_s) >= 1;
}

// A stream that distributes records itself takes any shard, if possible one with room.
Shard& shard_of(const State& state, Stream& stream, const PutEntry& entry) {
  if (stream.distribution() == Distribution::automatic) {
    const std::vector<Shard*> shards = stream.open_shards_from_random();
    const auto roomy =
        std::find_if(shards.begin(), shards.end(), [&](Shard* shard) { return has_room(state, *shard, entry); });
    return roomy == shards.end() ? *shards.front() : **roomy;
  }
  return stream.open_shard_for(entry.explicit_hash_key ? *parse_hash_key(*entry.explicit_hash_key)
                                                       : hash_of_partition_key(*entry.partition_key));
}

// Returns whether the shard's rates allow the entry. If so, counts it.
bool admit(State& state, Shard& shard, const PutEntry& entry) {
  if (!has_room(state, shard, entry)) {
    ++state.stats.records_rejected_by_limits;
    return false;
  }
  shard.written_records.take(state.now_ms, 1);
  shard.written_bytes.take(state.now_ms, static_cast<int64_t>(size_of(entry)));
  return true;
}

const Record& append(State& state, Stream& stream, Shard& shard, const PutEntry& entry) {
  ++state.stats.records_put;
  return stream.append(shard, key_of(entry), *entry.data, state.now_ms);
}

std::string_view injected_message(std::string_view code) {
  return code == "InternalFailure" ? "Internal service failure." : "Rate exceeded (injected).";
}

// Puts one entry of PutRecords or rejects it alone. Returns whether it was put.
bool put_one(State& state, Stream& stream, const PutEntry& entry, JsonOut& json) {
  Shard& shard = shard_of(state, stream, entry);
  const std::string injected = state.faults.rejection(state.fault);
  json.open('{');
  if (!injected.empty()) {
    ++state.stats.records_rejected_by_faults;
    json.key("ErrorCode").string(injected).key("ErrorMessage").string(injected_message(injected));
  } else if (!admit(state, shard, entry)) {
    const Error error = rate_exceeded(state, stream, shard);
    json.key("ErrorCode").string(error.code).key("ErrorMessage").string(error.message);
  } else {
    json.key("SequenceNumber").string(append(state, stream, shard, entry).sequence_number.text());
    json.key("ShardId").string(shard.id()).close('}');
    return true;
  }
  json.close('}');
  return false;
}

}  // namespace

Reply put_record(State& state, const Input& input) {
  Constraints constraints;
  constraints.name(input.stream_name, "streamName");
  check_entry(constraints, input.record, "", state.settings.limits.record_data_bytes);
  constraints.sequence_number(input.sequence_number_for_ordering, "sequenceNumberForOrdering");
  if (const auto error = constraints.failure()) return reject(*error);
  Error error;
  Stream* stream = find_stream(state, input, &error);
  if (stream == nullptr) return reject(error);
  if (stream->distribution() == Distribution::automatic && input.sequence_number_for_ordering)
    return reject({400, "InvalidArgumentException",
                   "SequenceNumberForOrdering is not supported with the record distribution strategy AUTO."});
  if (const auto wrong = check_whole_entry(state, *stream, input.record, "")) return reject(*wrong);
  if (input.dry_run.value_or(false)) return finish_dry_run(state, *stream);

  Shard& shard = shard_of(state, *stream, input.record);
  if (!admit(state, shard, input.record)) {
    ++state.stats.throttled_calls;
    return reject(rate_exceeded(state, *stream, shard));
  }
  JsonOut json;
  json.open('{').key("ShardId").string(shard.id());
  json.key("SequenceNumber").string(append(state, *stream, shard, input.record).sequence_number.text());
  return ok_reply(json.close('}').take());
}

Reply put_records(State& state, const Input& input) {
  const Limits& limits = state.settings.limits;
  Constraints constraints;
  constraints.name(input.stream_name, "streamName");
  constraints.required(input.records.has_value(), "records");
  if (input.records) {
    constraints.count(input.records->size(), "records", 1, limits.call_records);
    for (size_t i = 0; i < input.records->size(); ++i)
      check_entry(constraints, (*input.records)[i], member(i), limits.record_data_bytes);
  }
  if (const auto error = constraints.failure()) return reject(*error);
  Error error;
  Stream* stream = find_stream(state, input, &error);
  if (stream == nullptr) return reject(error);
  size_t call_bytes = 0;
  for (size_t i = 0; i < input.records->size(); ++i) {
    const PutEntry& entry = (*input.records)[i];
    if (const auto wrong = check_whole_entry(state, *stream, entry, member(i))) return reject(*wrong);
    call_bytes += size_of(entry);
  }
  if (call_bytes > limits.call_bytes)
    return reject({400, "InvalidArgumentException",
                   "Records size exceeds " + std::to_string(limits.call_bytes >> 20) + " MB limit"});

  if (input.dry_run.value_or(false)) return finish_dry_run(state, *stream);
  JsonOut results;
  int64_t failed = 0;
  results.open('[');
  for (const PutEntry& entry : *input.records)
    if (!put_one(state, *stream, entry, results)) ++failed;
  results.close(']');
  return ok_reply("{\"FailedRecordCount\":" + std::to_string(failed) + ",\"Records\":" + results.take() + "}");
}

}  // namespace penstock::model
