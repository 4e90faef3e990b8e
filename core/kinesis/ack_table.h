// The batches that an input has handed out and that are not settled yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "core/kinesis/assignment.h"
#include "core/kinesis/progress.h"

namespace penstock {

// Ids grow by one from 1, so that a queue is all the look-up there is.
class AckTable {
 public:
  struct Entry {
    GrantId grant = 0;  // 0: settled
    Progress::RecordNumber record = 0;
  };

  uint64_t add(GrantId grant, Progress::RecordNumber record) {
    entries_.push_back({grant, record});
    ++outstanding_;
    return first_ + entries_.size() - 1;
  }

  // The entry, once; nullopt for an id that is not outstanding.
  std::optional<Entry> take(uint64_t ack_id) {
    if (ack_id < first_ || ack_id >= first_ + entries_.size()) return std::nullopt;
    Entry& entry = entries_[ack_id - first_];
    if (entry.grant == 0) return std::nullopt;
    const Entry taken = entry;
    entry.grant = 0;
    --outstanding_;
    for (; !entries_.empty() && entries_.front().grant == 0; ++first_) entries_.pop_front();
    return taken;
  }

  size_t outstanding() const { return outstanding_; }

 private:
  std::deque<Entry> entries_;
  uint64_t first_ = 1;  // the id of entries_.front()
  size_t outstanding_ = 0;
};

}  // namespace penstock
