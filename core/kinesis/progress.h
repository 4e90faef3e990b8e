// How far one shard is settled: which of its records are still out, and the position that a checkpoint may name.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>

#include "core/kinesis/shard_position.h"

namespace penstock {

// Records are opened in the shard's order, each user record of an aggregated one by itself. Each is held open by
// its reading, by its batches, and by a failure that is not on disk yet; the position moves over it when the last
// hold is gone and none before it is open.
class Progress {
 public:
  using RecordNumber = uint64_t;  // counts this shard's records, from 0

  // Opens the next record, with one hold.
  RecordNumber open(ShardPosition position, int64_t now_ms);
  void hold(RecordNumber number);
  // True: the position has moved.
  bool release(RecordNumber number);

  // The position will never move over this record, so that it is read again after a restart. What comes behind it
  // needs no account any more. True where this was news.
  bool abandon(RecordNumber number);

  // The last record with everything before it settled; sequence number "" before the first.
  const ShardPosition& position() const { return position_; }
  size_t open_records() const { return open_.size(); }

  // What the position waits for. There are open records.
  const ShardPosition& first_open() const { return open_.front().position; }
  int64_t first_opened_ms() const { return open_.front().opened_ms; }

 private:
  struct Record {
    ShardPosition position;
    int64_t opened_ms;
    uint32_t holds;
  };

  std::deque<Record> open_;
  RecordNumber first_ = 0;  // the number of open_.front()
  RecordNumber next_ = 0;
  RecordNumber abandoned_ =
      std::numeric_limits<RecordNumber>::max();  // the first one; kept no account of from there
  ShardPosition position_;
};

}  // namespace penstock
