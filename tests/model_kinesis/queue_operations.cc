// CreateQueue, DescribeQueue, and the operations on a queue's records and dead letters.
#include <algorithm>
#include <cmath>

#include "tests/model_kinesis/codec.h"
#include "tests/model_kinesis/constraints.h"
#include "tests/model_kinesis/json_out.h"
#include "tests/model_kinesis/operations.h"
#include "tests/model_kinesis/token.h"

namespace penstock::model {
namespace {

using Path = Queue::Path;

constexpr size_t kMaxEntries = 10;
constexpr int64_t kMaxVisibilityS = 43'200;
constexpr int64_t kMaxWaitS = 20;
constexpr int64_t kDefaultWaitS = 9;
constexpr size_t kMaxHandle = 1024;
constexpr char kPadding = '~';

Error invalid(std::string message) { return {400, "InvalidArgumentException", std::move(message)}; }

void check_arn(Constraints& constraints, const Input& input) {
  constraints.required(input.queue.arn.has_value(), "queueARN");
  constraints.characters(input.queue.arn, "queueARN", 1, 2048);
}

Queue* find_queue(State& state, std::string_view arn, Error* error) {
  const auto found = state.queues.find(arn);
  if (found != state.queues.end() && state.stream_of(found->second) != nullptr) return &found->second;
  *error = {400, "ResourceNotFoundException", "Queue " + std::string(arn) + " not found."};
  return nullptr;
}

void write_description(JsonOut& json, State& state, Queue& queue) {
  json.open('{').key("QueueDescription").open('{').key("QueueName").string(queue.name());
  json.key("QueueARN").string(queue.arn());
  json.key("QueueStatus").string(queue.is_active(state.now_ms) ? "ACTIVE" : "CREATING");
  json.key("QueueCreationTimestamp").seconds(queue.created_ms());
  json.key("StreamConfigurationList").open('[').open('{');
  json.key("StreamARN").string(state.arn(*state.stream_of(queue))).key("StartingPosition").open('{');
  constexpr std::array<const char*, 3> kTypes = {"TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"};
  json.key("Type").string(kTypes[static_cast<size_t>(queue.start().type)]);
  if (queue.start().type == Queue::Start::Type::at_timestamp)
    json.key("Timestamp").seconds(queue.start().timestamp_ms);
  else if (queue.is_active(state.now_ms))
    json.key("Timestamp").seconds(queue.created_ms());
  json.close('}').close('}').close(']').key("QueueAttributes").open('{');
  json.key("VisibilityTimeoutSeconds").number(queue.attributes().visibility_timeout_s);
  json.key("DeadLetterConfiguration").open('{').key("TargetType");
  if (queue.attributes().max_receive_count > 0)
    json.string("BUILT_IN").key("MaxReceiveCount").number(queue.attributes().max_receive_count);
  else
    json.string("NONE");
  json.close('}').close('}').close('}').close('}');
}

// Returns the handle of a receipt, padded to the length that the settings ask for.
std::string handle_of(const State& state, const Queue& queue, const Queue::Receipt& receipt) {
  const std::string id = queue.arn().substr(queue.arn().rfind('/') + 1);
  std::string handle =
      Token{'Q', state.now_ms, receipt.number, id, receipt.key.first, receipt.key.second}.seal(state.token_key);
  handle.append(std::max(handle.size(), state.settings.receipt_handle_bytes) - handle.size(), kPadding);
  return handle;
}

std::optional<Queue::Receipt> open_handle(const State& state, const Queue& queue, std::string_view handle) {
  const size_t end = handle.find_last_not_of(kPadding);
  if (end == std::string_view::npos) return std::nullopt;
  const std::optional<Token> token = open_token(handle.substr(0, end + 1), 'Q', state.token_key);
  if (!token || !queue.arn().ends_with('/' + token->stream)) return std::nullopt;
  return Queue::Receipt{{token->shard, token->position}, token->generation};
}

// The same in every queue on the stream.
std::string record_id(const State& state, const Stream& stream, const Queue::Key& key) {
  return hex(hmac_sha256(state.token_key, stream.name() + "/" + std::to_string(stream.created_ms()) + "/" +
                                              std::to_string(key.first) + "/" + std::to_string(key.second)))
      .substr(0, 40);
}

struct Receiving {
  std::string arn;
  Path path = Path::normal;
  size_t limit = kMaxEntries;
  int64_t visibility_ms = 0;
};

// Returns nullopt if no record is visible.
std::optional<Reply> receive(State& state, const Receiving& what) {
  Error error;
  Queue* const queue = find_queue(state, what.arn, &error);
  if (queue == nullptr) return reject(error);
  Stream& stream = *state.stream_of(*queue);
  size_t most = what.limit;
  if (what.path == Path::normal) {
    const size_t in_flight = queue->counts(stream, state.now_ms).in_flight;
    const size_t limit = state.settings.limits.queue_records_in_flight;
    if (in_flight >= limit) {
      ++state.stats.throttled_calls;
      return reject({400, "ThrottlingException",
                     "Queue " + what.arn + " has " + std::to_string(in_flight) + " records in flight."});
    }
    most = std::min(most, limit - in_flight);
  }
  const std::vector<Queue::Receipt> received =
      queue->receive(stream, what.path, most, what.visibility_ms, state.now_ms);
  if (received.empty()) return std::nullopt;
  JsonOut json;
  json.open('{').key("QueueRecords").open('[');
  for (const Queue::Receipt& receipt : received) {
    const Shard& shard = stream.shards()[receipt.key.first];
    const Record& record = shard.at(receipt.key.second);
    const Queue::Entry& entry = queue->entry(receipt.key);
    const std::string id = record_id(state, stream, receipt.key);
    if (state.on_invisible && what.path == Path::normal) state.on_invisible(shard, record, entry, id);
    json.open('{').key("ReceiptHandle").string(handle_of(state, *queue, receipt));
    json.key("RecordId").string(id);
    if (!record.partition_key.empty()) json.key("PartitionKey").string(record.partition_key);
    json.key("Data").base64(record.data).key("ApproximateArrivalTimestamp").seconds(record.arrival_ms);
    json.key("FirstReceiveTimestamp").seconds(entry.first_receive_ms);
    json.key("ReceiveCount").number(entry.receives).close('}');
  }
  return ok_reply(json.close(']').close('}').take());
}

Reply receive_from(State& state, const Input& input, Path path) {
  Constraints constraints;
  check_arn(constraints, input);
  constraints.range(input.limit, "limit", 1, kMaxEntries);
  constraints.range(input.queue.wait_time_s, "waitTimeSeconds", 1, kMaxWaitS);
  constraints.range(input.queue.receive_visibility_timeout_s, "visibilityTimeoutSeconds", 0, kMaxVisibilityS);
  if (const auto error = constraints.failure()) return reject({400, "InvalidArgumentException", error->message});
  Error error;
  Queue* const queue = find_queue(state, *input.queue.arn, &error);
  if (queue == nullptr) return reject(error);
  if (!queue->is_active(state.now_ms)) return reject(invalid("Queue " + queue->arn() + " is not ACTIVE."));
  Receiving what = {queue->arn(), path, static_cast<size_t>(input.limit.value_or(kMaxEntries)), 0};
  if (state.fault.kind == FaultKind::short_response)
    what.limit = std::max<size_t>(1, static_cast<size_t>(state.fault.share * static_cast<double>(what.limit)));
  what.visibility_ms =
      1000 * input.queue.receive_visibility_timeout_s.value_or(queue->attributes().visibility_timeout_s);
  if (std::optional<Reply> reply = receive(state, what)) return std::move(*reply);
  JsonOut json;
  json.open('{').key("QueueRecords").open('[');
  Reply none = ok_reply(json.close(']').close('}').take());
  none.wait_ms = 1000 * input.queue.wait_time_s.value_or(kDefaultWaitS);
  none.again = [&state, what = std::move(what)] {
    state.now_ms = state.clock();
    return receive(state, what);
  };
  return none;
}

// Applies a change to each entry of a call, and reports each one's outcome.
template <typename Change>
Reply change_entries(State& state, const Input& input, Path path, bool has_timeout, const Change& change) {
  Constraints constraints;
  check_arn(constraints, input);
  constraints.required(input.queue.entries.has_value(), "entries");
  if (input.queue.entries) constraints.count(input.queue.entries->size(), "entries", 1, kMaxEntries);
  for (const ReceiptEntry& entry : input.queue.entries.value_or(std::vector<ReceiptEntry>())) {
    constraints.required(entry.receipt_handle.has_value(), "entries.member.receiptHandle");
    constraints.characters(entry.receipt_handle, "entries.member.receiptHandle", 1, kMaxHandle);
    if (has_timeout)
      constraints.required(entry.visibility_timeout_s.has_value(), "entries.member.visibilityTimeoutSeconds");
    constraints.range(entry.visibility_timeout_s, "entries.member.visibilityTimeoutSeconds", 0, kMaxVisibilityS);
  }
  if (const auto error = constraints.failure()) return reject({400, "InvalidArgumentException", error->message});
  Error error;
  Queue* const queue = find_queue(state, *input.queue.arn, &error);
  if (queue == nullptr) return reject(error);
  Stream& stream = *state.stream_of(*queue);
  JsonOut successful, failed;
  successful.open('[');
  failed.open('[');
  const auto fail = [&](std::string_view handle, std::string_view code, std::string_view message) {
    failed.open('{').key("ReceiptHandle").string(handle).key("ErrorCode").string(code);
    failed.key("ErrorMessage").string(message).close('}');
  };
  for (const ReceiptEntry& entry : *input.queue.entries) {
    const std::string_view handle = *entry.receipt_handle;
    if (const std::string code = state.faults.rejection(state.fault); !code.empty()) {
      ++state.stats.records_rejected_by_faults;
      const bool is_internal = code == "InternalFailure";
      fail(handle, is_internal ? "InternalFailureException" : "ThrottlingException", "injected");
      continue;
    }
    const std::optional<Queue::Receipt> receipt = open_handle(state, *queue, handle);
    if (!receipt) {
      fail(handle, "InvalidArgumentException", "The receipt handle is not valid for this queue.");
    } else if (!queue->has(receipt->key)) {
      fail(handle, "ResourceNotFoundException", "The queue no longer has the record.");
    } else if (queue->find(*receipt, path, state.now_ms) == nullptr) {
      fail(handle, "InvalidArgumentException", "The receipt handle has expired.");
    } else {
      change(*queue, stream, receipt->key, entry);
      successful.open('{').key("ReceiptHandle").string(handle).close('}');
    }
  }
  return ok_reply("{\"Successful\":" + successful.close(']').take() + ",\"Failed\":" + failed.close(']').take() +
                  "}");
}

Reply acknowledge(State& state, const Input& input, Path path) {
  return change_entries(state, input, path, false,
                        [&](Queue& queue, Stream& stream, const Queue::Key& key, const ReceiptEntry&) {
                          const Shard& shard = stream.shards()[key.first];
                          const bool is_kept = key.second >= shard.trimmed;
                          if (state.on_acknowledged && is_kept)
                            state.on_acknowledged(queue, shard, shard.at(key.second));
                          queue.acknowledge(key);
                        });
}

Reply update_visibility(State& state, const Input& input, Path path) {
  return change_entries(state, input, path, true,
                        [&](Queue& queue, Stream& stream, const Queue::Key& key, const ReceiptEntry& entry) {
                          queue.set_visibility(key, 1000 * *entry.visibility_timeout_s, state.now_ms);
                          const Shard& shard = stream.shards()[key.first];
                          if (state.on_invisible && path == Path::normal && key.second >= shard.trimmed)
                            state.on_invisible(shard, shard.at(key.second), queue.entry(key),
                                               record_id(state, stream, key));
                        });
}

// Checks the parameters of CreateQueue; *stream is the stream that they name.
std::optional<Error> check_new_queue(State& state, const Input& input, Stream** stream) {
  const QueueInput& queue = input.queue;
  Constraints constraints;
  constraints.required(queue.name.has_value(), "queueName");
  constraints.name(queue.name, "queueName");
  constraints.required(queue.streams.has_value(), "streamConfigurationList");
  if (queue.streams) constraints.count(queue.streams->size(), "streamConfigurationList", 1, 1);
  constraints.range(queue.visibility_timeout_s, "queueAttributes.visibilityTimeoutSeconds", 0, kMaxVisibilityS);
  constraints.one_of(queue.target_type, "queueAttributes.deadLetterConfiguration.targetType", "BUILT_IN, NONE");
  constraints.range(queue.max_receive_count, "queueAttributes.deadLetterConfiguration.maxReceiveCount", 1, 1000);
  if (queue.target_type == "BUILT_IN")
    constraints.required(queue.max_receive_count.has_value(),
                         "queueAttributes.deadLetterConfiguration.maxReceiveCount");
  if (auto error = constraints.failure()) return error;
  const QueueStreamEntry& from = queue.streams->front();
  constraints.required(from.stream_arn.has_value(), "streamConfigurationList.1.member.streamARN");
  constraints.one_of(from.starting_position, "streamConfigurationList.1.member.startingPosition.type",
                     "TRIM_HORIZON, LATEST, AT_TIMESTAMP");
  if (auto error = constraints.failure()) return error;
  if ((from.starting_position == "AT_TIMESTAMP") != from.timestamp.has_value())
    return Error{400, "ValidationException", "Timestamp is required for AT_TIMESTAMP, and only allowed there."};
  Input of_stream;
  of_stream.stream_arn = from.stream_arn;
  Error error;
  *stream = find_stream(state, of_stream, &error);
  if (*stream == nullptr) return error;
  size_t on_stream = 0, in_creation = 0;
  for (const auto& [arn, other] : state.queues) {
    if (other.name() == *queue.name)
      return Error{400, "ResourceInUseException", "Queue " + other.name() + " already exists."};
    on_stream += state.stream_of(other) == *stream ? 1 : 0;
    in_creation += other.is_active(state.now_ms) ? 0 : 1;
  }
  if (on_stream >= state.settings.limits.queues_per_stream)
    return Error{400, "LimitExceededException", "The stream has too many registered consumers."};
  if (in_creation >= state.settings.limits.queues_in_creation)
    return Error{400, "LimitExceededException", "Too many queues are CREATING."};
  return std::nullopt;
}

}  // namespace

Stream* State::stream_of(const Queue& queue) {
  const auto found = streams.find(queue.stream_name());
  return found == streams.end() || found->second.created_ms() != queue.stream_created_ms() ? nullptr
                                                                                           : &found->second;
}

std::string queue_arn(const State& state, const std::string& name) {
  return state.arn_prefix() + "queue/" + hex(hmac_sha256(state.token_key, name)).substr(0, 16);
}

Reply create_queue(State& state, const Input& input) {
  Stream* stream = nullptr;
  if (const auto error = check_new_queue(state, input, &stream)) return reject(*error);
  const QueueStreamEntry& from = input.queue.streams->front();
  Queue::Start start;
  if (from.starting_position == "TRIM_HORIZON") start.type = Queue::Start::Type::trim_horizon;
  if (from.timestamp)
    start = {Queue::Start::Type::at_timestamp, static_cast<int64_t>(std::llround(*from.timestamp * 1000))};
  QueueAttributes attributes;
  attributes.visibility_timeout_s = input.queue.visibility_timeout_s.value_or(attributes.visibility_timeout_s);
  if (input.queue.target_type) attributes.max_receive_count = input.queue.max_receive_count.value_or(0);
  if (input.queue.target_type == "NONE") attributes.max_receive_count = 0;
  const std::string name(*input.queue.name);
  const std::string arn = queue_arn(state, name);
  Queue& queue = state.queues
                     .try_emplace(arn, name, arn, *stream, start, attributes, state.now_ms,
                                  state.now_ms + state.settings.queue_creation_ms)
                     .first->second;
  JsonOut json;
  write_description(json, state, queue);
  return ok_reply(json.take());
}

Reply describe_queue(State& state, const Input& input) {
  Constraints constraints;
  check_arn(constraints, input);
  if (const auto error = constraints.failure()) return reject(*error);
  Error error;
  Queue* const queue = find_queue(state, *input.queue.arn, &error);
  if (queue == nullptr) return reject(error);
  JsonOut json;
  write_description(json, state, *queue);
  return ok_reply(json.take());
}

Reply receive_queue_records(State& state, const Input& input) { return receive_from(state, input, Path::normal); }
Reply acknowledge_queue_records(State& state, const Input& input) {
  return acknowledge(state, input, Path::normal);
}
Reply update_queue_records_visibility(State& state, const Input& input) {
  return update_visibility(state, input, Path::normal);
}
Reply receive_dead_letter_queue_records(State& state, const Input& input) {
  return receive_from(state, input, Path::dead_letter);
}
Reply acknowledge_dead_letter_queue_records(State& state, const Input& input) {
  return acknowledge(state, input, Path::dead_letter);
}
Reply update_dead_letter_queue_records_visibility(State& state, const Input& input) {
  return update_visibility(state, input, Path::dead_letter);
}
Reply restore_dead_letter_queue_records(State& state, const Input& input) {
  return change_entries(state, input, Path::dead_letter, false,
                        [&](Queue& queue, Stream&, const Queue::Key& key, const ReceiptEntry&) {
                          queue.restore(key, state.now_ms);
                        });
}

}  // namespace penstock::model
