// The batches that an input has emitted and that are not settled yet.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "core/kinesis/input/assignment.h"
#include "core/kinesis/input/shard_progress.h"

namespace penstock::kinesis {

// Table of unsettled batches by ack id. Ids increase by one from 1, so entries are appended in the order of their
// ids. Memory is linear in the number of outstanding batches, in whatever order they are settled.
class AckTable {
 public:
  struct Entry {
    GrantId grant = 0;  // 0: settled
    ShardProgress::RecordNumber record = 0;
    uint64_t id = 0;
  };

  uint64_t add(GrantId grant, ShardProgress::RecordNumber record) {
    entries_.push_back({grant, record, last_id_ + 1});
    ++outstanding_;
    return ++last_id_;
  }

  // Removes and returns the entry; nullopt for an id that is not outstanding.
  std::optional<Entry> take(uint64_t ack_id) {
    const auto found = std::lower_bound(entries_.begin(), entries_.end(), ack_id,
                                        [](const Entry& entry, uint64_t id) { return entry.id < id; });
    if (found == entries_.end() || found->id != ack_id || is_settled(*found)) return std::nullopt;
    const Entry taken = *found;
    found->grant = 0;
    --outstanding_;
    while (!entries_.empty() && is_settled(entries_.front())) entries_.pop_front();
    if (entries_.size() > 2 * outstanding_ + kSpareEntries) std::erase_if(entries_, is_settled);
    return taken;
  }

  size_t outstanding() const { return outstanding_; }
  size_t held_bytes() const { return entries_.size() * sizeof(Entry); }

 private:
  static constexpr size_t kSpareEntries = 32;

  static bool is_settled(const Entry& entry) { return entry.grant == 0; }

  std::deque<Entry> entries_;
  uint64_t last_id_ = 0;
  size_t outstanding_ = 0;
};

}  // namespace penstock::kinesis
