// Which of the records that wait share the next call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/env.h"
#include "core/kinesis/output/key_order.h"
#include "core/kinesis/output/packing.h"
#include "core/kinesis/output/shard_budget.h"
#include "core/kinesis/output/shard_map.h"
#include "core/kinesis/output/undeliverable.h"
#include "core/kinesis/output/writer_queue.h"

namespace penstock::kinesis {

class CallMaker {
 public:
  struct Options {
    int64_t linger_ms = 100;  // how long a record waits for others to share its call
    // Records that are still here that long after they were written are undeliverable.
    std::optional<int64_t> max_record_age_ms = std::nullopt;
    // At most one parcel with records of a key in a call, and one such call under way: a key's records reach the
    // stream in their order.
    bool order_per_key = false;
    Packing::Options packing = {};
  };

  // All references outlive this.
  CallMaker(Options options, const PartitionKeys& keys, ShardMap& shards, Random& random,
            Undeliverable& undeliverable)
      : options_(options),
        keys_(keys),
        shards_(shards),
        undeliverable_(undeliverable),
        packing_(options.packing, shards, random) {}

  void add(WriterBatch& batch) { queue_.add(batch); }
  // A parcel that was sent in vain, to be sent again from due_ms on, at once where its age would be too much.
  void add_again(WriterRecord& first, int64_t due_ms);
  // Divides a parcel that the service rejects: its first record, and what follows in two halves, to be given to
  // add_again(). Where the order of a key's records counts, those after others of their key wait until these are
  // done.
  std::vector<WriterRecord*> pieces(WriterRecord& first);
  // A call with a record that is `alone` ended.
  void alone_ended(int64_t now_ms);
  // The shard refused a parcel for its rate: what goes to it is held to a budget from now on.
  void throttled(const WriterRecord& first, int64_t now_ms);
  // The record is delivered, or in the failure log for good: one that waits behind it may go.
  void done(const WriterRecord& record);

  // When there is a call to make; kNever: nothing waits. hurry: what waits for company does not.
  int64_t next_call_ms(bool hurry) const;
  // Gathers what goes into a call, where that is not done; records that can never be sent become undeliverable.
  // max_record_bytes: of a record with its partition key. most_parcels: of the call. False: nothing is to be sent.
  bool gather(int64_t now_ms, size_t max_record_bytes, size_t most_parcels = kMaxRecordsPerCall);
  bool gathered() const { return !packing_.empty(); }
  size_t body_bytes() const { return packing_.body_bytes(); }  // of what is gathered, about
  std::string take_body(std::string_view stream) { return packing_.take_body(stream); }
  std::vector<Parcel> take_parcels();  // to be sent now

  // Those that are not gathered.
  size_t waiting_records() const { return queue_.records() + alone_.records() + order_.waiting(); }
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
  void forget_old_budgets();
  int64_t admit(WriterRecord& first, int64_t now_ms);
  void take_along(std::string_view key, int64_t now_ms, size_t max_record_bytes);
  void fail_waiting(std::string_view key, int64_t now_ms, size_t max_record_bytes);

  Options options_;
  const PartitionKeys& keys_;
  ShardMap& shards_;
  Undeliverable& undeliverable_;
  ShardBudgets budgets_;
  uint64_t budgets_version_ = 0;  // of the shards that they are for
  WriterQueue queue_;
  // The records that are `alone`, however many, have one call under way, and between two of them others have one:
  // they take little from those that the service accepts.
  WriterQueue alone_;
  bool alone_under_way_ = false;
  bool alone_was_last_ = false;
  int64_t alone_since_ms_ = 0;  // when the last such call ended
  KeyOrder order_;
  Packing packing_;
  std::vector<Released> released_;  // while gathering: what goes back to the queue
  int64_t retries_ = 0;
};

}  // namespace penstock::kinesis
