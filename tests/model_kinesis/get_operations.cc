// GetShardIterator and GetRecords.
#include <algorithm>
#include <cmath>

#include "tests/model_kinesis/amz_time.h"
#include "tests/model_kinesis/constraints.h"
#include "tests/model_kinesis/json_out.h"
#include "tests/model_kinesis/operations.h"
#include "tests/model_kinesis/token.h"

namespace penstock::model {
namespace {

Error invalid(std::string message) { return {400, "InvalidArgumentException", std::move(message)}; }

std::optional<uint64_t> position_by_sequence(const State& state, const Stream& stream, const Shard& shard,
                                             const Input& input, Error* error) {
  const std::string text(*input.starting_sequence_number);
  const std::optional<SequenceFields> fields = parse_sequence_number(text);
  const std::string used = "StartingSequenceNumber " + text + " used in GetShardIterator on " +
                           place(state, stream, shard.id()) + " is invalid";
  if (!fields) {
    *error = invalid(used + ".");
    return std::nullopt;
  }
  if (fields->shard != shard.index) {
    Shard other;
    other.index = fields->shard;
    *error = invalid("Invalid StartingSequenceNumber. It encodes " + other.id() +
                     ", while it was used in a call to a shard with " + shard.id());
    return std::nullopt;
  }
  const std::optional<uint64_t> number = shard.number_of(*fields);
  if (!number) {
    *error = invalid(used + " because it did not come from this stream.");
    return std::nullopt;
  }
  const bool after = *input.shard_iterator_type == "AFTER_SEQUENCE_NUMBER" && fields->count > 0;
  return *number + (after ? 1 : 0);
}

std::optional<uint64_t> position_by_time(const State& state, const Shard& shard, const Input& input,
                                         Error* error) {
  if (!input.timestamp) {
    *error = invalid(
        "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no "
        "timestamp "
        "parameter.");
    return std::nullopt;
  }
  const auto wanted_ms = static_cast<int64_t>(std::llround(*input.timestamp * 1000));
  if (wanted_ms > state.now_ms) {
    *error = invalid(
        "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. "
        "timestampInMillis: " +
        std::to_string(wanted_ms) + ", currentTimestampInMillis: " + std::to_string(state.now_ms));
    return std::nullopt;
  }
  const auto first = std::lower_bound(shard.records.begin(), shard.records.end(), wanted_ms,
                                      [](const Record& record, int64_t ms) { return record.arrival_ms < ms; });
  return shard.trimmed + static_cast<uint64_t>(first - shard.records.begin());
}

// Returns the number of the record at which the iterator begins.
std::optional<uint64_t> position(const State& state, const Stream& stream, const Shard& shard, const Input& input,
                                 Error* error) {
  const std::string_view type = *input.shard_iterator_type;
  const bool by_sequence = type == "AT_SEQUENCE_NUMBER" || type == "AFTER_SEQUENCE_NUMBER";
  if (by_sequence != input.starting_sequence_number.has_value()) {
    *error = invalid(
        "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) "
        "TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified " +
        std::string(type) +
        (by_sequence ? " and no StartingSequenceNumber." : " and also a StartingSequenceNumber."));
    return std::nullopt;
  }
  if (by_sequence) return position_by_sequence(state, stream, shard, input, error);
  if (type == "AT_TIMESTAMP") return position_by_time(state, shard, input, error);
  return type == "LATEST" ? shard.end() : shard.trimmed;
}

std::string iterator(const State& state, const Stream& stream, const Shard& shard, uint64_t number) {
  return Token{'I', state.now_ms, state.iterator_generation, stream.name(), shard.index, number}.seal(
      state.token_key);
}

void write_child_shards(JsonOut& json, const Stream& stream, const Shard& shard) {
  json.key("ChildShards").open('[');
  for (const uint32_t index : shard.children) {
    const Shard& child = stream.shards()[index];
    json.open('{').key("ShardId").string(child.id()).key("ParentShards").open('[');
    for (const uint32_t parent : child.parents) json.string(stream.shards()[parent].id());
    json.close(']').key("HashKeyRange").open('{').key("StartingHashKey").string(decimal(child.first));
    json.key("EndingHashKey").string(decimal(child.last)).close('}').close('}');
  }
  json.close(']');
}

void write_no_iterator(JsonOut& json, NoIterator form) {
  if (form == NoIterator::null) json.key("NextShardIterator").null();
  if (form == NoIterator::empty) json.key("NextShardIterator").string("");
}

std::optional<Error> check_age(const State& state, const Token& token) {
  const bool expired = state.now_ms - token.created_ms > state.settings.limits.token_life_ms ||
                       token.generation < state.iterator_generation;
  if (!expired) return std::nullopt;
  return Error{400, "ExpiredIteratorException",
               "Iterator expired. The iterator was created at time " + http_date(token.created_ms) +
                   " while right now it is " + http_date(state.now_ms) +
                   " which is further in the future than the tolerated delay of " +
                   std::to_string(state.settings.limits.token_life_ms) + " milliseconds."};
}

// Returns whether the shard's rates allow a GetRecords call. If so, counts it.
bool admit(State& state, Shard& shard) {
  const Limits& limits = state.settings.limits;
  if (state.now_ms < shard.reads_blocked_until_ms ||
      shard.get_calls.room(state.now_ms, limits.get_calls_per_s) < 1 ||
      shard.read_bytes.room(state.now_ms, limits.read_bytes_per_s) < 1) {
    ++state.stats.throttled_calls;
    return false;
  }
  shard.get_calls.take(state.now_ms, 1);
  return true;
}

// A response larger than a second's limit blocks the shard for as many seconds as the limit needs to cover it: 10
// MiB block it for 5 s, as the service documents.
void count_read(State& state, Shard& shard, size_t bytes) {
  const auto size = static_cast<int64_t>(bytes);
  const int64_t rate = state.settings.limits.read_bytes_per_s;
  shard.read_bytes.take(state.now_ms, size);
  if (size > rate) shard.reads_blocked_until_ms = state.now_ms + (size * 1000 + rate - 1) / rate;
}

}  // namespace

Reply get_shard_iterator(State& state, const Input& input) {
  Constraints constraints;
  constraints.name(input.stream_name, "streamName");
  constraints.required(input.shard_id.has_value(), "shardId");
  constraints.name(input.shard_id, "shardId");
  constraints.required(input.shard_iterator_type.has_value(), "shardIteratorType");
  constraints.one_of(input.shard_iterator_type, "shardIteratorType",
                     "AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON");
  constraints.sequence_number(input.starting_sequence_number, "startingSequenceNumber");
  if (const auto error = constraints.failure()) return reject(*error);
  Error error;
  Stream* stream = find_stream(state, input, &error);
  if (stream == nullptr) return reject(error);
  Shard* shard = stream->find(*input.shard_id);
  if (shard == nullptr)
    return reject({400, "ResourceNotFoundException",
                   "S" + place(state, *stream, *input.shard_id).substr(1) + " does not exist"});
  if (input.dry_run.value_or(false)) {
    const std::optional<uint64_t> start = position(state, *stream, *shard, input, &error);
    return start ? finish_dry_run(state, *stream) : reject(error);
  }
  if (shard->iterator_calls.room(state.now_ms, state.settings.limits.iterator_calls_per_s) < 1) {
    ++state.stats.throttled_calls;
    return reject(rate_exceeded(state, *stream, *shard));
  }
  shard->iterator_calls.take(state.now_ms, 1);
  const std::optional<uint64_t> start = position(state, *stream, *shard, input, &error);
  if (!start) return reject(error);
  JsonOut json;
  json.open('{').key("ShardIterator").string(iterator(state, *stream, *shard, *start));
  return ok_reply(json.close('}').take());
}

Reply get_records(State& state, const Input& input) {
  const Limits& limits = state.settings.limits;
  Constraints constraints;
  constraints.required(input.shard_iterator.has_value(), "shardIterator");
  constraints.characters(input.shard_iterator, "shardIterator", 1, 512);
  constraints.range(input.limit, "limit", 1, INT64_MAX);
  if (const auto error = constraints.failure()) return reject(*error);
  if (input.limit && *input.limit > static_cast<int64_t>(limits.response_records))
    return reject(invalid("Limit " + std::to_string(*input.limit) + " is greater than " +
                          std::to_string(limits.response_records) + "."));
  const std::optional<Token> token = open_token(*input.shard_iterator, 'I', state.token_key);
  if (!token) return reject(invalid("Invalid ShardIterator."));
  if (const auto expired = check_age(state, *token)) return reject(*expired);
  Error error;
  Stream* const found = find_stream_of(state, *token, &error);
  if (found == nullptr) return reject(error);
  Stream& stream = *found;
  Shard& shard = stream.shards()[token->shard];
  if (input.dry_run.value_or(false)) return finish_dry_run(state, stream);
  if (!admit(state, shard)) return reject(rate_exceeded(state, stream, shard));

  const uint64_t first = std::clamp(token->position, shard.trimmed, shard.end());
  uint64_t most =
      std::min(static_cast<uint64_t>(input.limit.value_or(static_cast<int64_t>(limits.response_records))),
               shard.end() - first);
  if (state.fault.kind == FaultKind::short_response)
    most = static_cast<uint64_t>(state.fault.share * static_cast<double>(most));
  if (state.now_ms < shard.hidden_until_ms) most = 0;
  uint64_t next = first;
  size_t bytes = 0;
  JsonOut json;
  json.open('{').key("Records").open('[');
  for (; next - first < most; ++next) {
    const Record& record = shard.at(next);
    const size_t size = record.data.size() + record.partition_key.size();
    if (next > first && bytes + size > limits.response_bytes) break;
    bytes += size;
    json.open('{').key("SequenceNumber").string(record.sequence_number.text());
    json.key("ApproximateArrivalTimestamp").seconds(record.arrival_ms);
    json.key("Data").base64(record.data);
    if (!record.partition_key.empty()) json.key("PartitionKey").string(record.partition_key);
    json.close('}');
  }
  json.close(']');
  const bool endless = state.now_ms < shard.endless_until_ms;
  const bool finished = shard.closed() && next == shard.end() && !endless;
  // A closed shard with records that were not returned would look like one that has ended.
  const bool would_hide = shard.closed() && next == first && next < shard.end();
  const bool no_iterator = state.fault.kind == FaultKind::no_iterator && !would_hide;
  if (no_iterator)
    write_no_iterator(json, state.fault.no_iterator);
  else if (finished)
    write_no_iterator(json, NoIterator::null);
  else
    json.key("NextShardIterator").string(iterator(state, stream, shard, next));
  json.key("MillisBehindLatest");
  const int64_t behind_ms = next == shard.end() ? 0 : state.now_ms - shard.at(next).arrival_ms;
  json.number(std::max<int64_t>(endless ? 1 : 0, behind_ms));
  if (finished && !no_iterator && !state.settings.omits_child_shards) write_child_shards(json, stream, shard);
  count_read(state, shard, bytes);
  state.stats.records_read += next - first;
  return ok_reply(json.close('}').take());
}

}  // namespace penstock::model
