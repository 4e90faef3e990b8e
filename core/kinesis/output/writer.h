// Writes records to a stream with PutRecords: gathers them into calls, sends again what was refused and only
// that, and tells when a batch is settled. Nothing is given up: a record is delivered, or it is in the failure
// log, or its batch is still outstanding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "abi/penstock.h"
#include "core/aws/service_call.h"
#include "core/backoff.h"
#include "core/env.h"
#include "core/kinesis/dead_letter_file.h"
#include "core/kinesis/output/circuit_breaker.h"
#include "core/kinesis/output/dead_letters.h"
#include "core/kinesis/output/max_record_size.h"
#include "core/kinesis/output/request_builder.h"
#include "core/kinesis/output/shard_map.h"
#include "core/kinesis/output/writer_batch.h"
#include "core/kinesis/put_records.h"
#include "core/log_throttle.h"

namespace penstock::kinesis {

struct SettledBatch {
  uint64_t ack_id;
  int32_t outcome;  // PENSTOCK_DELIVERED, PENSTOCK_DEAD_LETTERED or PENSTOCK_RELEASED
};

struct WriterCounters {
  int64_t records_in = 0;         // taken by write()
  int64_t records_out = 0;        // that the service took
  int64_t bytes_out = 0;          // of those, partition keys included
  int64_t calls = 0;              // begun
  int64_t failed_calls = 0;       // that were refused as a whole, or whose outcome is unknown
  int64_t rejected_records = 0;   // refused one by one in a call that succeeded
  int64_t misrouted_records = 0;  // taken by a shard whose readers drop them, so sent again
  int64_t retries = 0;            // records sent again
  int64_t failures = 0;           // records that went to the failure log
  int64_t bytes_in_flight = 0;    // gauge: what counts against mem_limit
  int64_t records_queued = 0;     // gauge: in no call under way
  // Gauge: 0 while the failure log cannot be written, or the service refuses for good or takes nothing of what is
  // outstanding.
  int64_t healthy = 1;
};

// Driven by its owner, on one thread: write(); then, again and again, transport.drive(), advance() and
// take_settled().
class Writer {
 public:
  static constexpr size_t kMaxCallsInFlight = 8;

  struct Options {
    std::string stream;  // a name or an ARN
    // Of batches, and of the bodies of calls, for which a third is set aside. A call is always let through.
    size_t mem_limit_bytes;
    size_t max_record_bytes = kMaxRecordBytes;  // with its partition key; or MaxRecordSize::kAskTheStream
    // After a call that failed; a record that was refused by itself waits kRecordCapMs at most.
    Backoff retry = {.base_ms = 100, .cap_ms = 10'000};
    // A record that was sent again that often in vain goes to the failure log. A rejected call that is split
    // because of its records does not count.
    std::optional<int64_t> record_retry_limit = std::nullopt;
    PartitionKeys partition_keys = {};
    RequestBuilder::Options calls = {};
  };

  // env and failures outlive the writer; the writer outlives its calls, or their responses are never told.
  Writer(Env& env, DeadLetterFile& failures, Options options, aws::ServiceCall call);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Copies the batch; sends nothing yet. It is settled once. An error (Code::invalid: a stride too small, or
  // after close()) takes nothing.
  Status write(const penstock_batch& batch);

  // Begins the calls that are due, writes the failure log. What it throws (std::bad_alloc), here or in a response,
  // loses nothing: what is outstanding begins anew then, so that some of it may arrive twice.
  void advance();

  // Whether write() should wait: as much is held as the memory limit allows.
  bool full() const;
  bool idle() const { return batches_.empty(); }  // nothing is outstanding

  // When advance() has something to do, apart from answers; kNever if only these are waited for. A time in the
  // past while batches are there for take_settled(), but after close(), where they may wait for the end.
  int64_t next_deadline_ms() const;

  // The batches settled since the last time.
  std::vector<SettledBatch> take_settled();

  // No more writes; what is queued no longer waits for company.
  void close() { closed_ = true; }

  // Settles all that is outstanding as PENSTOCK_RELEASED. Answers that still come are not listened to.
  void release();

  WriterCounters counters() const;

 private:
  // A share of mem_limit that is kept for the bodies of calls: a queue that took it all would leave one call at
  // a time.
  static constexpr size_t kBodiesShare = 3;
  // A record is refused for a shard's share of this second, or by a fault that passes: longer waits gain nothing.
  static constexpr int64_t kRecordCapMs = 2'000;
  // Rejected calls in a row that are split at once. After them it may well not be their records, and calls go one
  // at a time, with pauses, but are still split.
  static constexpr int kRejectionsInRow = 64;
  static constexpr int kSamePause = 16;  // calls until the pause doubles
  // A record that failed so often together with others is sent with fewer: it may be what is in the call, or its
  // size, though the error does not say so.
  static constexpr int kPatience = 5;
  static constexpr int64_t kAtOnce = 0;  // a time that has passed on every monotonic clock

  struct Call {
    std::vector<PutEntry> entries;
    size_t body_bytes;
  };

  // Runs work; where it throws, advance() begins anew.
  template <typename Work>
  void guarded(const Work& work);
  void requeue_all();

  int64_t next_call_ms() const;
  bool fits_in_memory() const;
  size_t max_record_bytes() const;
  void begin_call();
  void end_call(uint64_t call_id, Result<aws::ServiceResponse> response);
  void end_failed_call(const Call& call, const Status& status);
  void end_answered_call(const Call& call, const PutRecordsResponse& response);
  std::vector<WriterRecord*> chains_of(const Call& call, bool smaller);
  size_t max_calls() const { return breaker_.open() || rejections_.open() ? 1 : kMaxCallsInFlight; }
  size_t max_entries() const;
  Backoff record_backoff() const {
    return {options_.retry.base_ms, std::min(options_.retry.cap_ms, kRecordCapMs)};
  }
  void on_no_progress(CircuitBreaker& outage, const Backoff& backoff, int attempt);
  void on_progress();
  void retry(const std::vector<WriterRecord*>& chains, const Backoff* backoff, const std::string& reason);
  bool is_misrouted(const PutEntry& entry, std::string_view shard_id) const;
  void retry_in_its_shards(WriterRecord* first);
  void deliver(WriterRecord* first);
  void settle_dead_letters();
  void settle(WriterRecord& record);

  Env& env_;
  LogThrottle throttle_;
  DeadLetterFile& failures_;
  Options options_;
  aws::ServiceCall call_;
  MaxRecordSize max_record_size_;
  bool closed_ = false;
  bool needs_recovery_ = false;  // something threw in the middle: what is outstanding is sure, where it is is not

  std::map<uint64_t, WriterBatch> batches_;  // all that is outstanding, by number
  uint64_t last_batch_number_ = 0;
  size_t batch_bytes_ = 0;          // their memory
  std::map<uint64_t, Call> calls_;  // under way
  uint64_t last_call_id_ = 0;
  size_t body_bytes_ = 0;  // of the calls under way
  DeadLetters dead_letters_;
  ShardMap shards_;
  RequestBuilder next_;  // what waits to be sent

  std::vector<SettledBatch> settled_;
  WriterCounters counters_;
  bool rejected_permanently_ = false;  // by the service, and no call succeeded since
  Incident unavailable_;               // calls failed
  CircuitBreaker breaker_;
  CircuitBreaker rejections_{kRejectionsInRow, 0};  // for what is in the calls
  size_t probes_ = 0;                               // calls begun since one was rejected so, and none accepted
};

}  // namespace penstock::kinesis
