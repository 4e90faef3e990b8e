// Which shard is asked for records next, and whose record is emitted next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <utility>
#include <vector>

#include "core/env.h"
#include "core/kinesis/input/shard.h"

namespace penstock::kinesis {

// Holds the shards that are being read, each in one place: waiting for its time to be asked, being asked, with
// records at hand, or read to its end. A turn costs what is due in it, however many shards there are.
class ReadScheduler {
 public:
  // Puts the shard where its reader says; to be called after whatever its reader did. not_before_ms: it is not
  // asked earlier, whatever its reader says.
  void requeue(Shard& shard, int64_t not_before_ms = 0);
  // The shard goes away.
  void remove(Shard& shard);
  void clear();

  // When the shard that is due first is to be asked; kNever: none.
  int64_t next_due_ms() const { return due_.empty() ? kNever : (*due_.begin())->due_ms; }
  // There is one.
  Shard& first_due() const { return **due_.begin(); }
  void pop_due();

  // Those with records, one record of each in turn. A shard that is taken comes back by requeue().
  size_t ready() const { return ready_.size(); }
  Shard& pop_ready();

  // Those that were read to their end since the last time.
  std::vector<Shard*> take_ended() { return std::exchange(ended_, {}); }
  bool has_ended() const { return !ended_.empty(); }

 private:
  struct IsDueBefore {
    bool operator()(const Shard* a, const Shard* b) const {
      return std::pair(a->due_ms, a->grant.id) < std::pair(b->due_ms, b->grant.id);
    }
  };

  std::set<Shard*, IsDueBefore> due_;
  std::deque<Shard*> ready_;
  std::vector<Shard*> ended_;
};

}  // namespace penstock::kinesis
