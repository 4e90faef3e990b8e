// Builds requests: decides which waiting records share the next call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/env.h"
#include "core/kinesis/output/aggregator.h"
#include "core/kinesis/output/dead_letters.h"
#include "core/kinesis/output/key_sequencer.h"
#include "core/kinesis/output/shard_limiter.h"
#include "core/kinesis/output/shard_map.h"
#include "core/kinesis/output/writer_queue.h"

namespace penstock::kinesis {

class RequestBuilder {
 public:
  struct Options {
    int64_t linger_ms = 100;  // how long a record waits for others that can share its call
    // Records that are still here this long after write() become dead letters.
    std::optional<int64_t> max_record_age_ms = std::nullopt;
    // Limits each partition key to one entry per call and one call in flight, so that its records reach the stream
    // in order.
    bool order_per_key = false;
    Aggregator::Options aggregator = {};
  };

  // REQUIRES: all references outlive this object.
  RequestBuilder(Options options, const PartitionKeys& keys, ShardMap& shards, Random& random,
                 DeadLetters& dead_letters)
      : options_(options),
        keys_(keys),
        shards_(shards),
        dead_letters_(dead_letters),
        aggregator_(options.aggregator, shards, random) {}

  void add(WriterBatch& batch) { queue_.add(batch); }
  // Queues a rejected entry for a retry at due_ms, or when it expires if that is earlier.
  void add_retry(WriterRecord& first, int64_t due_ms);
  // Splits an entry that the service rejects: its first record, and the rest in two halves. The caller passes the
  // pieces to add_retry(). With order_per_key, records of a key that is also in an earlier piece wait until that
  // piece is done.
  std::vector<WriterRecord*> pieces(WriterRecord& first);
  // Notes that a call with an `alone` record has ended.
  void alone_ended(int64_t now_ms);
  // Notes which shards of a call were full: from now on, a budget limits what is sent to them. REQUIRES: response
  // is that of a call with these entries.
  void note_full_shards(const std::vector<PutEntry>& entries, const PutRecordsResponse& response, int64_t now_ms);
  // Notes that the record is delivered, or is in the dead-letter file on disk: the next record of its key may go.
  void done(const WriterRecord& record);

  // Returns whether a budget limits what is sent to a shard.
  bool has_limits() const { return limiter_.any(); }
  // Returns whether some shard is full, and it will soon be known which.
  bool learns_limits() const { return learns_limits_ && (shards_.known() || shards_.first_under_way()); }

  // Sets whether the service chooses the shards, whatever the keys. If so, there are no budgets for shards.
  void set_by_service(bool by_service);
  // Sets whether records may be aggregated in the KPL's format. If not, splits those that already are.
  // REQUIRES: with order_per_key, nothing that was aggregated is gathered until it is allowed again.
  void allow_kpl(bool allowed) { aggregator_.allow_kpl(allowed); }

  // Returns when the next call is due; kNever: nothing waits. hurry: without linger_ms.
  int64_t next_call_ms(bool hurry) const;
  // Gathers the records of a call, unless it is gathered already. Records that can never be sent become dead
  // letters. max_record_bytes: limit for a record with its partition key. max_entries: limit for the call. Returns
  // false if there is nothing to send.
  bool gather(int64_t now_ms, size_t max_record_bytes, size_t max_entries = kMaxRecordsPerCall);
  bool gathered() const { return !aggregator_.empty(); }
  size_t body_bytes() const { return aggregator_.body_bytes(); }  // of the gathered call, approximate
  void append_body(std::string& body, std::string_view stream) { aggregator_.append_body(body, stream); }
  std::vector<PutEntry> take_entries();  // marks their records as sent

  // Returns the number of records that are not gathered.
  size_t waiting_records() const { return queue_.records() + alone_.records() + sequencer_.waiting(); }
  int64_t retries() const { return retries_; }  // records sent again
  void clear();

 private:
  static constexpr int64_t kAtOnce = 0;  // a time that has passed on every monotonic clock
  static constexpr int64_t kAlonePauseMs = 50;

  struct Released {
    WriterRecord* first;
    int64_t due_ms;
  };

  WriterQueue& queue_of(const WriterRecord& first) { return first.alone ? alone_ : queue_; }
  int64_t next_alone_ms() const;
  int64_t expires_ms(const WriterRecord& record) const;
  std::string why_unsendable(const WriterRecord& record, int64_t now_ms, size_t max_record_bytes) const;
  void split(WriterRecord& first);
  WriterRecord* without_unsendable(WriterRecord* first, int64_t now_ms, size_t max_record_bytes);
  bool take_turn(WriterRecord& record);
  bool put(WriterRecord& first, int64_t now_ms, size_t max_record_bytes);
  void reset_old_limits();
  int64_t admit(WriterRecord& first, int64_t now_ms);
  void take_along(std::string_view key, int64_t now_ms, size_t max_record_bytes);
  void fail_waiting(std::string_view key, int64_t now_ms, size_t max_record_bytes);

  Options options_;
  const PartitionKeys& keys_;
  ShardMap& shards_;
  DeadLetters& dead_letters_;
  ShardLimiter limiter_;
  bool learns_limits_ = false;    // a shard is full; which one is not known yet
  uint64_t limiter_version_ = 0;  // ShardMap version that limiter_ is for
  bool by_service_ = false;
  WriterQueue queue_;
  // Records that are `alone`. However many there are, only one call with them is in flight, and a call with other
  // records goes between two such calls, so that they take little capacity from records that the service accepts.
  WriterQueue alone_;
  bool alone_under_way_ = false;
  bool alone_was_last_ = false;
  int64_t alone_since_ms_ = 0;  // end of the last such call
  KeySequencer sequencer_;
  Aggregator aggregator_;
  std::vector<Released> released_;  // while gathering: chains that go back to the queue
  int64_t retries_ = 0;
};

}  // namespace penstock::kinesis
