// One lease that we hold: its renewals, its checkpoints and its end, one write after another.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/env.h"
#include "core/kinesis/input/shard_position.h"
#include "core/leases/lease.h"
#include "core/leases/lease_table.h"
#include "core/log_throttle.h"

namespace penstock::leases {

// What all leases of a worker have in common. The references outlive them.
struct LeaseContext {
  Env& env;
  LeaseTable& table;
  LogThrottle& throttle;
  std::string worker;
  int64_t failover_ms;
  int64_t checkpoint_interval_ms;
  int64_t writes = 0;     // calls that were to change the table
  size_t calls = 0;       // under way
  bool reached = true;    // false: the last call failed
  bool written = true;    // false: the last write failed
  Incident writing = {};  // its failures
  bool answered = false;  // a held lease's call, since this was last made false

  static constexpr size_t kMaxCalls = 32;  // of writes at a time
  bool room_for_call() const { return calls < kMaxCalls; }
  // Reports that a call has failed: as a warning where it is tried again.
  void log_failure(Incident& incident, const Status& status);
  void on_write_done(bool ok) {
    --calls;
    reached = written = ok;
  }
};

// Every third of the failover time the row is renewed. A checkpoint is a renewal too, and a position that has not
// moved is not written, so that a busy shard costs no more writes than an idle one.
//
// The lease is in force while less than the failover time has passed since the *start* of the last write that went
// well: others, who time how long they see the counter stand still, take it no sooner. A write that goes well
// proves that nobody had it in between, since it has the counter for a condition; so out of force is not lost yet.
class HeldLease {
 public:
  enum class State {
    held,
    lost,      // somebody else has it
    deleted,   // its row was deleted
    released,  // by us: it is finished, or handed over
    finished,  // its end was written, and its row deleted by others before we heard of it
  };

  // row: as our taking it left it, by a write that started at taken_boot_ms or later (Clock::boot_ms).
  HeldLease(LeaseContext& context, Lease row, int64_t taken_boot_ms)
      : context_(context), row_(std::move(row)), good_boot_ms_(taken_boot_ms), saved_boot_ms_(taken_boot_ms) {}
  HeldLease(const HeldLease&) = delete;
  HeldLease& operator=(const HeldLease&) = delete;

  State state() const { return state_; }
  bool is_valid() const { return state_ == State::held && context_.env.clock.boot_ms() < valid_until_boot_ms(); }
  // Until then a row that has vanished was deleted against the rules: another worker may have taken the lease to
  // balance the shares, and read the shard to its end, but a finished row stays for failover_ms.
  int64_t valid_until_boot_ms() const { return good_boot_ms_ + context_.failover_ms; }
  const Lease& row() const { return row_; }
  // The row with the newest position: what to make it anew with.
  Lease newest_row() const;
  // While a call is under way this must stay where it is.
  bool calling() const { return calling_; }
  bool all_saved() const { return !moved() && (!ended_ || row_.checkpoint == kinesis::kShardEnd); }

  void advance_to(kinesis::ShardPosition position);
  // The shard is read to its end: waits for end_shard().
  bool waits_for_children() const { return ended_ && !finishing_ && state_ == State::held; }
  // The leases of all children, made before the end is written, which is the row's last checkpoint.
  void end_shard(std::vector<Lease> children);
  // Saves what has moved, or the end, then sets the lease free. An end goes without the children where no list has
  // them yet: who sees later that they lack leases makes these.
  void hand_over() { handing_over_ = true; }
  // Renews at once: somebody else's name was seen on the row.
  void recheck() { rechecking_ = true; }

  // Begins the write that is due, if one is.
  void advance();
  int64_t next_boot_ms() const;  // when advance() has something to do; kNever while a call is under way

 private:
  enum class Step { none, renew, checkpoint, name_children, make_child, end, evict };

  bool moved() const {
    return !position_.sequence_number.empty() && row_.checkpoint != kinesis::kShardEnd &&
           position_ != kinesis::ShardPosition{row_.checkpoint, row_.sub_sequence_number};
  }
  int64_t renewal_boot_ms() const { return rechecking_ ? 0 : good_boot_ms_ + context_.failover_ms / 3; }
  Step step(int64_t boot_ms) const;
  void write(const LeaseChange& change);
  void on_written(int64_t start_boot_ms, const Result<LeaseWriteResult>& result);
  void make_child();
  void evict();
  void begin_call();
  bool end_call(const Status& status);

  LeaseContext& context_;
  Lease row_;
  State state_ = State::held;
  int64_t good_boot_ms_;            // when the last write that went well started
  int64_t tried_boot_ms_ = kNever;  // when the first write at the row's counter started; kNever: none has
  int64_t saved_boot_ms_;           // when the position was last written
  int64_t retry_boot_ms_ = 0;
  int failures_ = 0;  // in a row
  bool calling_ = false;
  bool rechecking_ = false;
  bool handing_over_ = false;

  kinesis::ShardPosition position_;  // of the last record settled; "": none since we hold it
  bool ended_ = false;
  bool finishing_ = false;
  bool end_tried_ = false;  // a call that writes the end has begun
  std::vector<std::string> child_ids_;
  std::vector<Lease> children_;  // to be made
};

}  // namespace penstock::leases
