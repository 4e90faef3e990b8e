// A lease that this worker holds: its renewals, its checkpoints and its end, one write at a time.
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

// State that all leases of a worker share. REQUIRES: the references outlive the leases.
struct LeaseContext {
  Env& env;
  LeaseTable& table;
  LogThrottle& throttle;
  std::string worker;
  int64_t failover_ms;
  int64_t checkpoint_interval_ms;
  int64_t writes = 0;            // calls that write to the table
  size_t calls = 0;              // in flight
  bool reached = true;           // false: the last call failed
  bool written = true;           // false: the last write failed
  Incident writing = {};         // write failures
  bool held_call_ended = false;  // a call of a held lease has ended since this was last reset

  static constexpr size_t kMaxCalls = 32;  // maximum number of writes in flight
  bool room_for_call() const { return calls < kMaxCalls; }
  // Logs that a call has failed and is retried; as an error if a person must act. what: "cannot write leases".
  void log_failure(Incident& incident, const Status& status, const std::string& what);
  void on_write_done(bool ok) {
    --calls;
    reached = written = ok;
  }
};

// Held lease. Its row is renewed every third of the failover time. A checkpoint is a renewal too, and a position
// that has not moved is not written, so a busy shard costs no more writes than an idle one.
//
// The lease is valid while less than the failover time has passed since the *start* of the last successful write:
// other workers, who measure how long they see the counter unchanged, take it no sooner. Each write has the
// counter as its condition, so a successful write proves that no other worker held the lease in between. A lease
// that is no longer valid is therefore not lost yet: its next write may succeed.
class HeldLease {
 public:
  enum class State {
    held,
    lost,      // another worker holds it
    deleted,   // its row was deleted
    released,  // by this worker: it has ended, or was handed over
    finished,  // its end was written, and another worker deleted its row before we received the response
  };

  // row: the row as our take left it, in a write that started at taken_boot_ms or later (Clock::boot_ms).
  HeldLease(LeaseContext& context, Lease row, int64_t taken_boot_ms)
      : context_(context), row_(std::move(row)), renewed_boot_ms_(taken_boot_ms), saved_boot_ms_(taken_boot_ms) {}
  HeldLease(const HeldLease&) = delete;
  HeldLease& operator=(const HeldLease&) = delete;

  State state() const { return state_; }
  bool is_valid() const { return state_ == State::held && context_.env.clock.boot_ms() < valid_until_boot_ms(); }
  // Returns the time at which the lease stops being valid. If its row vanishes before that, no worker deleted it
  // by the protocol: another worker may have taken the lease to balance the load and read the shard to its end,
  // but an ended row stays in the table for failover_ms.
  int64_t valid_until_boot_ms() const { return renewed_boot_ms_ + context_.failover_ms; }
  const Lease& row() const { return row_; }
  // Returns the row with the newest position, to create it again if it was deleted.
  Lease newest_row() const;
  // Returns whether a call is in flight. REQUIRES: this object stays where it is until the call ends.
  bool calling() const { return calling_; }
  bool all_saved() const { return !moved() && (!ended_ || row_.checkpoint == kinesis::kShardEnd); }

  void advance_to(kinesis::ShardPosition position);
  // Returns whether the shard was read to its end, and waits for end_shard().
  bool waits_for_children() const { return ended_ && !finishing_ && state_ == State::held; }
  // Ends the shard: creates the leases of all children, and only then writes the end, the last checkpoint of the
  // row.
  void end_shard(std::vector<Lease> children);
  // Writes the last position, or the end of the shard, and then releases the lease. While the children are
  // unknown, the end is not written, and the next owner reads it again: workers of KCL create leases of children
  // only when they read the end of the parent.
  void hand_over() { handing_over_ = true; }
  // Renews at once, because a scan did not show this worker as the owner of the row.
  void recheck() { rechecking_ = true; }

  // Starts the write that is due, if any.
  void advance();
  int64_t next_boot_ms() const;  // when to call advance(); kNever while a call is in flight

 private:
  enum class Step { none, renew, checkpoint, name_children, create_child, end, evict };

  bool moved() const {
    return !position_.sequence_number.empty() && row_.checkpoint != kinesis::kShardEnd &&
           position_ != kinesis::ShardPosition{row_.checkpoint, row_.sub_sequence_number};
  }
  int64_t renewal_boot_ms() const { return rechecking_ ? 0 : renewed_boot_ms_ + context_.failover_ms / 3; }
  Step step(int64_t boot_ms) const;
  void write(const LeaseChange& change);
  void on_written(int64_t start_boot_ms, const Result<LeaseWriteResult>& result);
  void create_child();
  void evict();
  void begin_call();
  bool end_call(const Status& status);

  LeaseContext& context_;
  Lease row_;
  State state_ = State::held;
  int64_t renewed_boot_ms_;         // start of the last successful write
  int64_t tried_boot_ms_ = kNever;  // start of the first write at the row's counter; kNever: none
  int64_t saved_boot_ms_;           // last write of the position
  int64_t retry_boot_ms_ = 0;
  int failures_ = 0;  // in a row
  bool calling_ = false;
  bool rechecking_ = false;
  bool handing_over_ = false;

  kinesis::ShardPosition position_;  // of the last settled record; "": none since we hold the lease
  bool ended_ = false;
  bool finishing_ = false;
  bool end_tried_ = false;  // a call that writes the end has started
  std::vector<std::string> child_ids_;
  std::vector<Lease> children_;  // to be created
};

}  // namespace penstock::leases
