// Writes of leases that this worker does not hold: takes, and rows to be made or deleted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "core/leases/held_lease.h"
#include "core/leases/lease.h"
#include "core/leases/lease_table.h"

namespace penstock::leases {

struct LeaseOp {
  enum class Kind { take, create, remove };
  Kind kind;
  size_t stream;            // the worker's own number of it
  Lease lease;              // as it was seen, or is to be made
  int64_t until_boot_ms;    // not begun from then on (Clock::boot_ms): what it was decided from may have changed
  LeaseChange change = {};  // to go with a take
};

// What waits has a bound, however long the table does not answer: there is one op a key at most, keys are those
// of rows that the last scan showed or of shards that are listed, and chores are dropped when their time has run
// out.
//
// They go out side by side, as far as the terms' calls leave room. What fails is told, and holds the others up for
// a while; a row to be made is tried again, in its time. All else, and what its time has run out for as it waited
// or the process slept, is for the next scan to decide anew: a shard that had no row may have been read since, and
// its row be gone again.
class LeaseWriter {
 public:
  // Of what the table has answered. started_boot_ms: when the call began (Clock::boot_ms). from: of a take, who
  // had the lease before, "" where it was free.
  using Done = std::function<void(const LeaseOp& op, int64_t started_boot_ms, const LeaseWriteResult& write,
                                  const std::string& from)>;
  // terms outlive this, which must stay where it is while calls are under way.
  LeaseWriter(LeaseContext& context, Done done) : context_(context), done_(std::move(done)) {}
  LeaseWriter(const LeaseWriter&) = delete;
  LeaseWriter& operator=(const LeaseWriter&) = delete;

  // A row to be made or deleted, unless there is something to be done to it already.
  void add(LeaseOp op);
  // In place of the takes of before that did not begin yet: of these, in their order, until `most` went well.
  void set_takes(std::deque<LeaseOp> takes, size_t most);
  // No takes and no deletions any more; rows that are to be made still are.
  void begin_close();

  void advance();
  // When advance() has something to do, where there is room for a call; kNever: not before something is added.
  int64_t next_boot_ms() const;
  bool has_waiting_rows() const { return !waiting_.empty(); }  // to be made or deleted
  // The keys of what is under way or waits to be made or deleted.
  const std::set<std::string>& keys() const { return keys_; }

 private:
  void drop_expired();
  void start_first(std::deque<LeaseOp>& of);
  void on_response(const LeaseOp& op, int64_t started_boot_ms, const Result<LeaseWriteResult>& result);
  std::string owner_before(const LeaseOp& op);

  LeaseContext& context_;
  Done done_;
  std::deque<LeaseOp> waiting_, takes_;
  size_t takes_wanted_ = 0;  // of takes_, beside those under way
  std::set<std::string> keys_;
  int64_t next_boot_ms_ = 0;  // not before that
  int failures_ = 0;          // in a row
  // Whom a take was from whose response was lost: if it came through, the row has our name by now. Some keys at
  // most: of others only who they were from is not known.
  static constexpr size_t kMaxUnanswered = 1000;
  std::map<std::string, std::string> unanswered_;
};

}  // namespace penstock::leases
