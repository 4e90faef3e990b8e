// How far one shard is settled: which of its records are still out, and the position that a checkpoint may name.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>

#include "core/kinesis/input/shard_position.h"

namespace penstock::kinesis {

// Records are opened in the shard's order, each user record of an aggregated one by itself. Each is held open by
// its reading, by its batches, and by a failure that is not on disk yet; the position moves over it when the last
// hold is gone and none before it is open.
//
// Adjacent records that are settled and wait for one before them are merged into a run. Memory is therefore linear
// in the records that are not settled: one that never is costs no more, however many after it are.
class ShardProgress {
 public:
  using RecordNumber = uint64_t;  // counts this shard's records, from 0

  // Opens the next record, with one hold.
  RecordNumber open(ShardPosition position, int64_t now_ms);
  void ref(RecordNumber number);
  // True: the position has moved.
  bool unref(RecordNumber number);

  // The position will never move over this record, so that it is read again after a restart. What comes behind it
  // needs no account any more. True where this was news.
  bool abandon(RecordNumber number);

  // The last record with everything before it settled; sequence number "" before the first.
  const ShardPosition& position() const { return position_; }
  size_t open_records() const { return std::min(next_, abandoned_) - passed_; }
  size_t held_bytes() const { return open_.size() * kEntryBytes; }

  // What the position waits for. There are open records.
  const ShardPosition& first_open() const { return open_.front().position; }
  int64_t first_opened_ms() const { return open_.front().opened_ms; }

 private:
  struct Entry {
    RecordNumber number;  // of a run, the last of its records
    ShardPosition position;
    int64_t opened_ms;
    uint32_t refs;  // 0: a record that is settled, or a run
  };
  static constexpr size_t kSequenceNumberBytes = 64;  // 56 digits, and what malloc adds
  static constexpr size_t kEntryBytes = sizeof(Entry) + kSequenceNumberBytes;

  std::deque<Entry>::iterator find(RecordNumber number);
  void merge_runs();

  std::deque<Entry> open_;   // by number; the first is not settled
  size_t settled_ = 0;       // entries of open_ without holds
  RecordNumber passed_ = 0;  // records that the position has moved over
  RecordNumber next_ = 0;
  RecordNumber abandoned_ =
      std::numeric_limits<RecordNumber>::max();  // the first one; kept no account of from there
  ShardPosition position_;
};

}  // namespace penstock::kinesis
