// Writes records to a stream with PutRecords: gathers them into calls, retries only the rejected ones, and reports
// when a batch is settled. It loses nothing: a record is delivered, or it is in the dead-letter file, or its batch
// is still outstanding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "abi/penstock.h"
#include "core/aws/error_counts.h"
#include "core/aws/service_call.h"
#include "core/backoff.h"
#include "core/env.h"
#include "core/kinesis/call_sizes.h"
#include "core/kinesis/dead_letter_file.h"
#include "core/kinesis/output/circuit_breaker.h"
#include "core/kinesis/output/dead_letters.h"
#include "core/kinesis/output/request_builder.h"
#include "core/kinesis/output/shard_map.h"
#include "core/kinesis/output/spare_bodies.h"
#include "core/kinesis/output/target_stream.h"
#include "core/kinesis/output/writer_batch.h"
#include "core/kinesis/put_records.h"
#include "core/log_throttle.h"
#include "core/metrics_sink.h"

namespace penstock::kinesis {

struct SettledBatch {
  uint64_t ack_id;
  int32_t outcome;  // PENSTOCK_DELIVERED, PENSTOCK_DEAD_LETTERED or PENSTOCK_RELEASED
};

struct WriterCounters {
  int64_t received_records = 0;   // accepted by write()
  int64_t delivered_records = 0;  // accepted by the service
  int64_t delivered_bytes = 0;    // of those, including partition keys
  int64_t calls = 0;              // started
  int64_t failed_calls = 0;       // rejected as a whole, or with an unknown outcome
  int64_t rejected_records = 0;   // rejected individually in a call that succeeded
  int64_t misrouted_records = 0;  // accepted by a shard whose consumers drop them, so sent again
  int64_t retries = 0;            // records sent again
  int64_t dead_letters = 0;       // dead letters
  int64_t in_flight_bytes = 0;    // gauge: what counts against mem_limit
  int64_t queued_records = 0;     // gauge: not in a call in flight
  // Gauge: 0 while the dead-letter file cannot be written, while the service rejects permanently or accepts
  // nothing of what is outstanding, or while nothing is sent because the service chooses the shards.
  int64_t healthy = 1;
};

// Writer for one stream [instance-thread]. Call write(); then, repeatedly, transport.drive(), advance() and
// take_settled().
class Writer {
 public:
  static constexpr size_t kMaxCallsInFlight = 8;

  struct Options {
    std::string stream;  // a name or an ARN
    // Limit for the batches and for the bodies of calls, for which a third is reserved. A single call is always
    // allowed.
    size_t mem_limit_bytes;
    size_t max_record_bytes = kMaxRecordBytes;  // including its partition key; or TargetStream::kAskTheStream
    // After a failed call. A record that was rejected individually waits at most kRecordCapMs.
    Backoff retry = {.base_ms = 100, .cap_ms = 10'000};
    // Retries without success after which a record becomes a dead letter. A rejected call that is split because of
    // its records does not count.
    std::optional<int64_t> record_retry_limit = std::nullopt;
    PartitionKeys partition_keys = {};
    RequestBuilder::Options calls = {};
  };

  // REQUIRES: env and dead_letter_file outlive the writer; no response arrives after the writer is destroyed.
  Writer(Env& env, DeadLetterFile& dead_letter_file, Options options, aws::ServiceCall call);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Copies the batch; sends nothing yet. Each batch is settled exactly once. An error (Code::invalid: the stride
  // is too small, or after close()) accepts nothing.
  Status write(const penstock_batch& batch);

  // Starts the calls that are due, and writes dead letters. An exception (std::bad_alloc), here or in a response,
  // loses nothing: everything outstanding is then sent from scratch, so some of it may arrive twice.
  void advance();

  // Returns whether write() should wait, because memory is at its limit.
  bool full() const;
  bool idle() const { return batches_.empty(); }  // nothing is outstanding

  // Returns when to call advance(), apart from responses; kNever if it waits only for responses. A time in the
  // past while take_settled() has batches, except after close(), when they may wait for the end.
  int64_t next_deadline_ms() const;

  // Returns the batches settled since the last call.
  std::vector<SettledBatch> take_settled();

  // Rejects further writes, and stops lingering for what is queued.
  void close() { closed_ = true; }

  // Settles everything outstanding as PENSTOCK_RELEASED. Responses that still arrive are ignored.
  void release();

  WriterCounters counters() const;
  // Reports the counters, and the sizes of the calls.
  void stats(const MetricsSink& metrics) const;

 private:
  // Divisor of mem_limit: the share reserved for the bodies of calls. A queue that took all memory would leave
  // room for only one call at a time.
  static constexpr size_t kBodiesShare = 3;
  // A record is rejected because its shard's capacity for this second is used up, or by a transient error: a
  // longer wait gains nothing.
  static constexpr int64_t kRecordCapMs = 2'000;
  // Rejected calls in a row that are split at once. After that many, their records may well not be the reason:
  // calls then go one at a time, with pauses, but are still split.
  static constexpr int kRejectionsInRow = 64;
  static constexpr int kSamePause = 16;  // calls after which the pause doubles
  // A record that failed this often together with others is sent with fewer: the content or size of the call may
  // be the reason, even if the error does not say so.
  static constexpr int kPatience = 5;
  static constexpr int64_t kAtOnce = 0;  // a time that has passed on every monotonic clock

  struct Call {
    std::vector<PutEntry> entries;
    size_t body_memory_bytes;
  };

  // Runs work. If it throws, the next advance() queues everything again.
  template <typename Work>
  void guarded(const Work& work);
  void requeue_all();

  int64_t next_call_ms() const;
  size_t max_body_bytes() const { return options_.mem_limit_bytes / kBodiesShare; }
  bool fits_in_memory() const;
  size_t max_record_bytes() const;
  bool aggregates_kpl() const { return options_.calls.aggregator.aggregate == Aggregator::Aggregate::kpl; }
  bool needs_keys() const { return options_.calls.order_per_key || options_.calls.aggregator.random_hash_keys; }
  bool is_by_service() const { return target_.distribution() == RecordDistribution::by_service; }
  bool may_send() const;
  bool may_aggregate_kpl() const;
  void apply_distribution();
  void warn_unknown_distribution();
  void log_distribution(bool has_changed);
  void begin_call();
  void end_call(uint64_t call_id, Result<aws::ServiceResponse> response);
  void end_failed_call(const Call& call, const Status& status);
  void end_completed_call(const Call& call, const PutRecordsResponse& response);
  std::vector<WriterRecord*> chains_of(const Call& call, bool smaller);
  // Few while it is not known which shards are full: they would reject most records.
  size_t max_calls() const {
    return breaker_.open() || rejections_.open() || next_.learns_limits() ? 1 : kMaxCallsInFlight;
  }
  size_t max_entries() const;
  Backoff record_backoff() const {
    return {options_.retry.base_ms, std::min(options_.retry.cap_ms, kRecordCapMs)};
  }
  void on_no_progress(CircuitBreaker& outage, const Backoff& backoff, int attempt);
  void on_progress();
  void retry(const std::vector<WriterRecord*>& chains, const Backoff* backoff, const std::string& reason);
  void note_shards(const Call& call, const PutRecordsResponse& response);
  bool is_misrouted(const PutEntry& entry, std::string_view shard_id) const;
  void retry_in_its_shards(WriterRecord* first, std::string_view shard_id);
  void deliver(WriterRecord* first);
  void settle_dead_letters();
  void settle(WriterRecord& record);

  Env& env_;
  LogThrottle throttle_;
  DeadLetterFile& dead_letter_file_;
  Options options_;
  aws::ServiceCall call_;
  TargetStream target_;
  bool closed_ = false;
  bool needs_recovery_ = false;  // after an exception: batches_ is right, queues and calls may not be

  std::map<uint64_t, WriterBatch> batches_;  // everything outstanding, by number
  uint64_t last_batch_number_ = 0;
  size_t batch_bytes_ = 0;          // memory of batches_
  std::map<uint64_t, Call> calls_;  // in flight
  uint64_t last_call_id_ = 0;
  size_t body_bytes_ = 0;                                          // memory of those in flight
  SpareBodies spare_bodies_{kMaxCallsInFlight, max_body_bytes()};  // none while idle
  DeadLetters dead_letters_;
  ShardMap shards_;
  RequestBuilder next_;  // records that wait to be sent

  std::vector<SettledBatch> settled_;
  WriterCounters counters_;
  aws::ErrorCounts record_errors_;  // of records rejected individually
  CallSizes call_sizes_;
  bool rejected_permanently_ = false;  // by the service, and no call has succeeded since
  Incident unavailable_;               // failed calls
  CircuitBreaker breaker_;
  uint64_t distribution_version_ = 0;               // of target_, as applied
  bool by_service_ = false;                         // as applied
  Incident distribution_;                           // the service chooses the shards, against an option
  CircuitBreaker rejections_{kRejectionsInRow, 0};  // for calls rejected because of their content
  size_t probes_ = 0;  // calls started since one was rejected for its content, with none accepted since
};

}  // namespace penstock::kinesis
