// How far one shard is settled: which of its source records are still out, and the position that a checkpoint may
// name.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <string_view>

namespace penstock {

// Source records are opened in the shard's order and each is held open by its reading, by its batches, and by a
// failure that is not on disk yet; the position moves over it when the last hold is gone and none before it is
// open.
class Progress {
 public:
  using RecordNumber = uint64_t;  // counts this shard's records, from 0

  // Opens the next record, with one hold.
  RecordNumber open(std::string_view sequence_number);
  void hold(RecordNumber number);
  // True: the position has moved.
  bool release(RecordNumber number);

  // The position will never move over this record, so that it is read again after a restart. What comes behind it
  // needs no account any more. True where this was news.
  bool abandon(RecordNumber number);

  // The last sequence number with everything before it settled; "" before the first.
  const std::string& position() const { return position_; }
  size_t open_records() const { return open_.size(); }

 private:
  struct Record {
    std::string sequence_number;
    uint32_t holds;
  };

  std::deque<Record> open_;
  RecordNumber first_ = 0;  // the number of open_.front()
  RecordNumber next_ = 0;
  RecordNumber abandoned_ =
      std::numeric_limits<RecordNumber>::max();  // the first one; kept no account of from there
  std::string position_;
};

}  // namespace penstock
