// Tracks emitted records until they are settled: the position of a shard never passes an unsettled record. A call
// that throws for lack of memory has changed nothing.
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
  // REQUIRES: all references outlive this object. Ignores events of a grant that is no longer in shards.
  // max_table_bytes: memory for unsettled records and batches above which may_begin() returns false.
  AckTracker(Env& env, DeadLetterFile& dead_letter_file, GrantedShards& shards, int64_t stuck_warning_ms,
             size_t max_table_bytes)
      : env_(env),
        dead_letter_file_(dead_letter_file),
        shards_(shards),
        stuck_warning_ms_(stuck_warning_ms),
        max_table_bytes_(max_table_bytes) {}

  // Opens a record that is being read; it stays open until finish() or fail().
  ShardProgress::RecordNumber begin(Shard& shard, ShardPosition position);
  // Notes that nothing more of the record will be emitted.
  void finish(Shard& shard, ShardProgress::RecordNumber record);
  // Like finish(), but makes the record a dead letter for the reason why. The record stays open until its line is
  // on disk.
  void fail(Shard& shard, ShardProgress::RecordNumber record, const Status& why, const penstock_batch& origin,
            std::string_view data);
  // Notes that the shard was read to its end: its position becomes kShardEnd once every record is settled.
  void finish_shard(Shard& shard);

  // Registers a batch that is about to be emitted, and returns the id to pass to ack().
  uint64_t issue(Shard& shard, ShardProgress::RecordNumber record);
  // Undoes issue(), because emit rejected the batch.
  void revoke(uint64_t ack_id);
  // Settles a batch. Returns false for an id that is not outstanding.
  bool ack(uint64_t ack_id, int32_t outcome);

  // Writes dead letters that are due, and logs checkpoints that are stuck.
  void advance();
  int64_t next_deadline_ms() const;
  // Writes dead letters now.
  Status flush();

  // Returns a shard whose position has moved, until pop_moved() is called; nullptr: none. The shard is in shards.
  Shard* first_moved() const { return moved_.empty() ? nullptr : moved_.back(); }
  void pop_moved();
  // Stops tracking a shard that is about to be destroyed.
  void forget(const Shard& shard);
  bool has_moved() const { return !moved_.empty(); }

  // Returns whether there is room for another user record: false while too many dead letters wait to be written,
  // or too many records and batches are unsettled.
  bool may_begin() const;
  bool healthy() const { return dead_letters_written_; }
  size_t held_bytes() const { return dead_letter_file_.pending_bytes() + table_bytes(); }
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
    int64_t number;  // of the dead letter
  };

  Env& env_;
  DeadLetterFile& dead_letter_file_;
  GrantedShards& shards_;
  const int64_t stuck_warning_ms_;
  const size_t max_table_bytes_;
  AckTable acks_;
  size_t progress_bytes_ = 0;  // of all shards
  std::vector<Shard*> moved_;
  std::vector<Unflushed> unflushed_;  // open until their dead letters are on disk
  int64_t next_flush_ms_ = 0;
  int64_t next_look_ms_ = 0;
  bool dead_letters_written_ = true;  // result of the last flush()
  int64_t holes_ = 0;
};

}  // namespace penstock::kinesis
