// Which shard calls GetRecords next, and whose record is emitted next.
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

// Scheduler of the shards that are being read. Each shard is in one state: waiting for its next call, in a call,
// with records ready, or read to its end. A turn costs time for what is due in it, not for the number of shards.
class ReadScheduler {
 public:
  // Moves the shard to the state that its reader is in; call it after every change of the reader. not_before_ms:
  // earliest time of the next call, whatever the reader says.
  void requeue(Shard& shard, int64_t not_before_ms = 0);
  // Removes a shard that is about to be destroyed.
  void remove(Shard& shard);
  void clear();

  // Returns when the next call of any shard is due; kNever: none.
  int64_t next_due_ms() const { return due_.empty() ? kNever : (*due_.begin())->due_ms; }
  // REQUIRES: next_due_ms() != kNever.
  Shard& first_due() const { return **due_.begin(); }
  void pop_due();

  // Shards with records ready, which take turns with one record each. A shard that was popped returns with
  // requeue().
  size_t ready() const { return ready_.size(); }
  Shard& pop_ready();

  // Returns the shards that were read to their end since the last call.
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
