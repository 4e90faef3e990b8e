// What becomes of the records that were emitted: until all of a record is settled, its shard's position waits. A
// call that throws, for want of memory, has changed nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "base/status.h"
#include "core/env.h"
#include "core/kinesis/dead_letter_file.h"
#include "core/kinesis/input/ack_table.h"
#include "core/kinesis/input/assignment.h"
#include "core/kinesis/input/shard.h"
#include "core/metrics_sink.h"

namespace penstock::kinesis {

using GrantedShards = std::map<GrantId, std::unique_ptr<Shard>>;

class AckTracker {
 public:
  // All references outlive this. What is heard of a grant that is no longer in shards is ignored.
  // max_table_bytes: with more for records and batches that are not settled, nothing more should be emitted.
  AckTracker(Env& env, DeadLetterFile& failures, GrantedShards& shards, int64_t stuck_warning_ms,
             size_t max_table_bytes)
      : env_(env),
        failures_(failures),
        shards_(shards),
        stuck_warning_ms_(stuck_warning_ms),
        max_table_bytes_(max_table_bytes) {}

  // A record is being read: it is held until finish() or fail().
  ShardProgress::RecordNumber begin(Shard& shard, ShardPosition position);
  // Nothing more of it will be emitted.
  void finish(Shard& shard, ShardProgress::RecordNumber record);
  // The same; and something of it could not be understood, so that it is held until that is on disk.
  void fail(Shard& shard, ShardProgress::RecordNumber record, const Status& why, const penstock_batch& origin,
            std::string_view data);
  // The shard was read to its end.
  void finish_shard(Shard& shard);

  // A batch of the record goes out; the id that ack() is told.
  uint64_t issue(Shard& shard, ShardProgress::RecordNumber record);
  // It was not taken.
  void revoke(uint64_t ack_id);
  // False for an id that is not outstanding.
  bool ack(uint64_t ack_id, int32_t outcome);

  // Writes failures that are due, looks for holes.
  void advance();
  int64_t next_deadline_ms() const;
  // Writes failures now.
  Status flush();

  // A shard whose position has moved since pop_moved(), until that is called; nullptr: none. It is in shards.
  Shard* first_moved() const { return moved_.empty() ? nullptr : moved_.back(); }
  void pop_moved();
  // The shard goes away.
  void forget(const Shard& shard);
  bool has_moved() const { return !moved_.empty(); }

  // Whether there is room for one more user record: not while too many failures wait to be written, or too many
  // records and batches to be settled.
  bool may_begin() const;
  bool healthy() const { return failures_written_; }
  size_t held_bytes() const { return failures_.pending_bytes() + table_bytes(); }
  void stats(const MetricsSink& metrics) const;

 private:
  size_t table_bytes() const;
  template <typename Change>
  auto changing(Shard& shard, const Change& change);
  void make_room_to_move();
  void release(Shard& shard, ShardProgress::RecordNumber record);
  void log_hole(const Shard& shard) noexcept;
  Shard* find(GrantId grant) const;
  void look_for_holes(int64_t now_ms);

  struct Unflushed {
    GrantId grant;
    ShardProgress::RecordNumber record;
    int64_t number;  // the failure log's
  };

  Env& env_;
  DeadLetterFile& failures_;
  GrantedShards& shards_;
  const int64_t stuck_warning_ms_;
  const size_t max_table_bytes_;
  AckTable acks_;
  size_t progress_bytes_ = 0;  // of all shards
  std::vector<Shard*> moved_;
  std::vector<Unflushed> unflushed_;  // held until their failures are on disk
  int64_t next_flush_ms_ = 0;
  int64_t next_look_ms_ = 0;
  bool failures_written_ = true;  // when it was last tried
  int64_t holes_ = 0;
};

}  // namespace penstock::kinesis
