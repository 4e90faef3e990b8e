#include "tests/model_kinesis/service.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "tests/model_kinesis/amz_time.h"
#include "tests/model_kinesis/codec.h"
#include "tests/model_kinesis/operations.h"

namespace penstock::model {
namespace {

constexpr std::string_view kTargetPrefix = "Kinesis_20131202.";
constexpr std::string_view kContentType = "application/x-amz-json-1.1";

using Operation = Reply (*)(State&, const Input&);
constexpr std::array<std::pair<std::string_view, Operation>, 20> kOperations = {{
    {"AcknowledgeDeadLetterQueueRecords", acknowledge_dead_letter_queue_records},
    {"AcknowledgeQueueRecords", acknowledge_queue_records},
    {"CreateQueue", create_queue},
    {"CreateStream", create_stream},
    {"DescribeQueue", describe_queue},
    {"DescribeStreamSummary", describe_stream_summary},
    {"GetRecords", get_records},
    {"GetShardIterator", get_shard_iterator},
    {"ListShards", list_shards},
    {"MergeShards", merge_shards},
    {"PutRecord", put_record},
    {"PutRecords", put_records},
    {"ReceiveDeadLetterQueueRecords", receive_dead_letter_queue_records},
    {"ReceiveQueueRecords", receive_queue_records},
    {"RestoreDeadLetterQueueRecords", restore_dead_letter_queue_records},
    {"SplitShard", split_shard},
    {"UpdateDeadLetterQueueRecordsVisibility", update_dead_letter_queue_records_visibility},
    {"UpdateMaxRecordSize", update_max_record_size},
    {"UpdateQueueRecordsVisibility", update_queue_records_visibility},
    {"UpdateStreamRecordDistributionStrategy", update_stream_record_distribution_strategy},
}};

Operation find_operation(std::string_view name) {
  for (const auto& [known, function] : kOperations)
    if (name == known) return function;
  return nullptr;
}

// Returns the operation that the target header names, or "".
std::string_view operation_name(const Request& request) {
  const std::string_view target = header(request.headers, "x-amz-target");
  return target.starts_with(kTargetPrefix) ? target.substr(kTargetPrefix.size()) : std::string_view();
}

std::string request_id(uint64_t number, std::string_view key) {
  const std::string digits = hex(hmac_sha256(key, std::to_string(number)));
  return digits.substr(0, 8) + "-" + digits.substr(8, 4) + "-" + digits.substr(12, 4) + "-" +
         digits.substr(16, 4) + "-" + digits.substr(20, 12);
}

}  // namespace

Service::Service(Settings settings, std::function<int64_t()> now_ms)
    : state_{.settings = std::move(settings), .faults = Faults(0), .token_key = {}, .clock = std::move(now_ms)} {
  state_.faults = Faults(state_.settings.seed);
  state_.token_key = sha256(std::to_string(state_.settings.seed));
}

Reply Service::handle(Request request) {
  Stats& stats = state_.stats;
  const uint64_t number = ++stats.requests;
  if (on_request_) on_request_(number, request);
  const std::string operation(operation_name(request));
  ++stats.calls[operation];
  state_.now_ms = state_.clock();
  state_.fault = state_.faults.take(number, operation);
  if (state_.fault.kind == FaultKind::close) {
    ++stats.closed_connections;
    Reply closed;
    closed.wire = Wire::closed;
    return closed;
  }
  if (state_.fault.kind == FaultKind::reply) {
    ++stats.injected_errors;
    return std::move(state_.fault.reply);
  }

  const uint64_t put_before = stats.records_put;
  Reply reply = apply(request, operation);
  if (state_.fault.kind == FaultKind::delay) reply.delay_ms = state_.fault.delay_ms;
  if (state_.fault.kind == FaultKind::lose_response) {
    reply.wire = Wire::lost;
    ++stats.lost_responses;
    stats.lost_response_records += stats.records_put - put_before;
  }
  if (state_.fault.kind == FaultKind::truncate) {
    reply.wire = Wire::truncated;
    ++stats.truncated_responses;
    stats.lost_response_records += stats.records_put - put_before;
  }
  reply.headers.emplace_back("x-amzn-RequestId", request_id(number, state_.token_key));
  reply.headers.emplace_back("Date", http_date(state_.now_ms));
  reply.headers.emplace_back("Content-Type", kContentType);
  if (reply.again)
    reply.again = [again = std::move(reply.again), headers = reply.headers] {
      std::optional<Reply> later = again();
      if (later) later->headers = headers;
      return later;
    };
  return reply;
}

Reply Service::apply(Request& request, std::string_view operation) {
  if (request.method != "POST")
    return reject({403, "AccessDeniedException", "Unable to determine service/operation name to be authorized"});
  const Operation function = find_operation(operation);
  const std::string_view type = header(request.headers, "content-type");
  if (type.substr(0, type.find(';')) != kContentType) return reject({404, "UnknownOperationException", ""});
  if (function == nullptr) return reject({400, "UnknownOperationException", ""});
  if (auto error =
          check_signature(request, state_.settings.keys, state_.settings.region, "kinesis", state_.now_ms)) {
    ++state_.stats.unsigned_requests;
    return reject(*error);
  }
  if (state_.fault.kind == FaultKind::error) {
    ++state_.stats.injected_errors;
    return reject(state_.fault.error);
  }
  if (state_.fault.kind == FaultKind::expire_iterators) expire_iterators();
  Input input;
  if (auto error = read_input(request.body, input)) return reject(*error);
  const std::vector<Access> accesses = accesses_of(state_, operation, input);
  if (state_.settings.authorize)
    if (auto error = state_.settings.authorize(request, accesses)) return reject(*error);
  if (input.dry_run.value_or(false))
    if (auto error = count_dry_run(accesses.front().resource)) return reject(*error);
  return function(state_, input);
}

std::optional<Error> Service::count_dry_run(const std::string& arn) {
  Stream* const found = stream(arn.substr(arn.rfind('/') + 1));
  if (found == nullptr) return std::nullopt;
  if (found->dry_runs.room(state_.now_ms, state_.settings.limits.dry_runs_per_s) < 1) {
    ++state_.stats.throttled_calls;
    return Error{400, "ThrottlingException", "Rate of dry runs exceeded for stream " + found->name() + "."};
  }
  found->dry_runs.take(state_.now_ms, 1);
  return std::nullopt;
}

bool Service::create_stream(const std::string& name, uint32_t shards, CapacityMode mode) {
  return state_.streams.try_emplace(name, name, shards, state_.clock(), mode).second;
}

const Record& Service::preload(std::string_view stream, std::string_view partition_key, std::string_view data) {
  Stream* found = this->stream(stream);
  assert(found != nullptr);
  Shard& shard = found->distribution() == Distribution::automatic
                     ? *found->open_shards_from_random().front()
                     : found->open_shard_for(hash_of_partition_key(partition_key));
  return found->append(shard, partition_key, data, state_.clock());
}

Stream* Service::stream(std::string_view name) {
  const auto found = state_.streams.find(name);
  return found == state_.streams.end() ? nullptr : &found->second;
}

void Service::each_record(std::string_view stream,
                          const std::function<void(const Shard&, const Record&)>& visit) const {
  const auto found = state_.streams.find(stream);
  assert(found != state_.streams.end());
  for (const Shard& shard : found->second.shards())
    for (const Record& record : shard.records) visit(shard, record);
}

std::string Service::create_queue(const std::string& name, const std::string& stream, QueueAttributes attributes) {
  Stream* const found = this->stream(stream);
  assert(found != nullptr);
  const std::string arn = queue_arn(state_, name);
  const Queue::Start start = {Queue::Start::Type::trim_horizon, 0};
  const int64_t now_ms = state_.clock();
  state_.queues.try_emplace(arn, name, arn, *found, start, attributes, now_ms, now_ms);
  return arn;
}

void Service::delete_queue(std::string_view arn) {
  if (const auto found = state_.queues.find(arn); found != state_.queues.end()) state_.queues.erase(found);
}

Queue* Service::queue(std::string_view arn) {
  const auto found = state_.queues.find(arn);
  return found == state_.queues.end() ? nullptr : &found->second;
}

QueueCounts Service::queue_counts(std::string_view arn) {
  Queue* const found = queue(arn);
  Stream* const stream = found == nullptr ? nullptr : state_.stream_of(*found);
  return stream == nullptr ? QueueCounts{} : found->counts(*stream, state_.clock());
}

void Service::trim(Shard& shard, size_t records) {
  const size_t gone = std::min(records, shard.records.size());
  shard.records.erase(shard.records.begin(), shard.records.begin() + static_cast<int64_t>(gone));
  shard.trimmed += gone;
  shard.forgotten = shard.closed() && shard.records.empty();
  if (shard.forgotten) shard.records.shrink_to_fit();
}

}  // namespace penstock::model
