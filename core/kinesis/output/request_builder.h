// Which of the records that wait share the next call.
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
    int64_t linger_ms = 100;  // how long a record waits for others to share its call
    // Records that are still here that long after they were written are undeliverable.
    std::optional<int64_t> max_record_age_ms = std::nullopt;
    // At most one entry with records of a key in a call, and one such call under way: a key's records reach the
    // stream in their order.
    bool order_per_key = false;
    Aggregator::Options aggregator = {};
  };

  // All references outlive this.
  RequestBuilder(Options options, const PartitionKeys& keys, ShardMap& shards, Random& random,
                 DeadLetters& dead_letters)
      : options_(options),
        keys_(keys),
        shards_(shards),
        dead_letters_(dead_letters),
        aggregator_(options.aggregator, shards, random) {}

  void add(WriterBatch& batch) { queue_.add(batch); }
  // Takes an entry that was rejected, to send it again from due_ms on, or now if it would be too old by then.
  void add_retry(WriterRecord& first, int64_t due_ms);
  // Divides an entry that the service rejects: its first record, and what follows in two halves, to be given to
  // add_retry(). Where the order of a key's records counts, those after others of their key wait until these are
  // done.
  std::vector<WriterRecord*> pieces(WriterRecord& first);
  // A call with a record that is `alone` ended.
  void alone_ended(int64_t now_ms);
  // The shard refused an entry for its rate: what goes to it is held to a budget from now on.
  void throttled(const WriterRecord& first, int64_t now_ms);
  // The record is delivered, or in the failure log for good: one that waits behind it may go.
  void done(const WriterRecord& record);

  // When there is a call to make; kNever: nothing waits. hurry: what waits for company does not.
  int64_t next_call_ms(bool hurry) const;
  // Gathers what goes into a call, where that is not done; records that can never be sent become undeliverable.
  // max_record_bytes: of a record with its partition key. max_entries: of the call. False: nothing is to be sent.
  bool gather(int64_t now_ms, size_t max_record_bytes, size_t max_entries = kMaxRecordsPerCall);
  bool gathered() const { return !aggregator_.empty(); }
  size_t body_bytes() const { return aggregator_.body_bytes(); }  // of what is gathered, about
  std::string take_body(std::string_view stream) { return aggregator_.take_body(stream); }
  std::vector<PutEntry> take_entries();  // to be sent now

  // Those that are not gathered.
  size_t waiting_records() const { return queue_.records() + alone_.records() + sequencer_.waiting(); }
  int64_t retries() const { return retries_; }  // records that were taken again
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
  uint64_t limiter_version_ = 0;  // of the shards that they are for
  WriterQueue queue_;
  // The records that are `alone`, however many, have one call under way, and between two of them others have one:
  // they take little from those that the service accepts.
  WriterQueue alone_;
  bool alone_under_way_ = false;
  bool alone_was_last_ = false;
  int64_t alone_since_ms_ = 0;  // when the last such call ended
  KeySequencer sequencer_;
  Aggregator aggregator_;
  std::vector<Released> released_;  // while gathering: what goes back to the queue
  int64_t retries_ = 0;
};

}  // namespace penstock::kinesis
