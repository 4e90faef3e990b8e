// Which records of one shard are settled, and the position that its checkpoint may have.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>

#include "core/kinesis/input/shard_position.h"

namespace penstock::kinesis {

// Progress of one shard. Records are opened in the shard's order; in an aggregated record, each user record
// separately. References keep a record open: one while it is read, one per batch, one for a dead letter that is
// not on disk yet. The position passes a record when its last reference is gone and no record before it is open.
//
// Adjacent settled records that wait for an earlier one are merged into a run. Memory is therefore linear in the
// number of unsettled records: a record that is never settled costs no more, however many records follow it.
class ShardProgress {
 public:
  using RecordNumber = uint64_t;  // number of the record in this shard, from 0

  // Opens the next record, with one reference.
  RecordNumber open(ShardPosition position, int64_t now_ms);
  void ref(RecordNumber number);
  // Removes a reference. Returns true if the position has moved.
  bool unref(RecordNumber number);

  // Stops the position before this record permanently, so that the record is read again after a restart. Records
  // after it need no tracking any more. Returns false if this or an earlier record was abandoned before.
  bool abandon(RecordNumber number);

  // Returns the last record that is settled with everything before it; sequence number "" before the first.
  const ShardPosition& position() const { return position_; }
  // Returns the last record before kShardEnd; sequence number "" if there was none, or the end was not opened.
  const ShardPosition& last_before_end() const { return last_before_end_; }
  size_t open_records() const { return std::min(next_, abandoned_) - passed_; }
  size_t held_bytes() const { return open_.size() * kEntryBytes; }

  // Return the record that the position waits for. REQUIRES: open_records() > 0.
  const ShardPosition& first_open() const { return open_.front().position; }
  int64_t first_opened_ms() const { return open_.front().opened_ms; }

 private:
  struct Entry {
    RecordNumber number;  // of a run: its last record
    ShardPosition position;
    int64_t opened_ms;
    uint32_t refs;  // 0: a settled record, or a run
  };
  static constexpr size_t kSequenceNumberBytes = 64;  // 56 digits, and malloc's overhead
  static constexpr size_t kEntryBytes = sizeof(Entry) + kSequenceNumberBytes;

  std::deque<Entry>::iterator find(RecordNumber number);
  void merge_runs();

  std::deque<Entry> open_;   // by number; the first one is not settled
  size_t settled_ = 0;       // entries of open_ without references
  RecordNumber passed_ = 0;  // records that the position has passed
  RecordNumber next_ = 0;
  // First abandoned record; neither it nor any later record is tracked.
  RecordNumber abandoned_ = std::numeric_limits<RecordNumber>::max();
  ShardPosition position_, last_before_end_;
};

}  // namespace penstock::kinesis
