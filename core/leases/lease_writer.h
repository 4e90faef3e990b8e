// Writes to leases that this worker does not hold: takes, and rows to create or delete.
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
  size_t stream;            // index among the worker's streams
  Lease lease;              // as seen, or as it is to be created
  int64_t until_boot_ms;    // latest start (Clock::boot_ms); later, the rows that it was decided from are too old
  LeaseChange change = {};  // written by a take
};

// Queue of writes. It is bounded, however long the table does not respond: there is at most one op per key, keys
// are those of rows in the last scan or of listed shards, and an op is dropped when its time has run out.
//
// Ops run concurrently, up to LeaseContext::kMaxCalls. A failed op is logged, and delays the others for a while. A
// failed create is retried within its time. Any other failed op, and any op whose time has run out while it waited
// or the process slept, is left to the next scan to decide again: a shard that had no row may have been read
// since, and its row may be deleted again.
class LeaseWriter {
 public:
  // Runs when the table has responded. started_boot_ms: start of the call (Clock::boot_ms). from: the owner before
  // a take; "" if the lease was free.
  using Done = std::function<void(const LeaseOp& op, int64_t started_boot_ms, const LeaseWriteResult& write,
                                  const std::string& from)>;
  // REQUIRES: context outlives this object, and this object stays where it is while calls are in flight.
  LeaseWriter(LeaseContext& context, Done done) : context_(context), done_(std::move(done)) {}
  LeaseWriter(const LeaseWriter&) = delete;
  LeaseWriter& operator=(const LeaseWriter&) = delete;

  // Queues a row to create or delete, unless an op for its key is queued or in flight.
  void add(LeaseOp op);
  // Replaces the takes that have not started. The new ones run in order, until `most` have succeeded.
  void set_takes(std::deque<LeaseOp> takes, size_t most);
  // Drops takes and deletions. Rows to create are still created.
  void keep_only_creates();

  void advance();
  // Returns when to call advance(), if there is room for a call; kNever: not before something is added.
  int64_t next_boot_ms() const;
  bool has_waiting_rows() const { return !waiting_.empty(); }  // rows to create or delete
  // Returns the keys of the ops in flight, and of the rows to create or delete.
  const std::set<std::string>& keys() const { return keys_; }

 private:
  void drop_expired();
  void start_first(std::deque<LeaseOp>& queue);
  void on_response(const LeaseOp& op, int64_t started_boot_ms, const Result<LeaseWriteResult>& result);
  std::string owner_before(const LeaseOp& op);

  LeaseContext& context_;
  Done done_;
  std::deque<LeaseOp> waiting_, takes_;
  size_t takes_wanted_ = 0;  // takes still to succeed, besides those in flight
  std::set<std::string> keys_;
  int64_t next_boot_ms_ = 0;  // earliest start of the next op
  int failures_ = 0;          // in a row
  // Previous owner of each lease whose take got no response: if the take succeeded, the row has our name by now.
  // If a key is dropped because there are too many, only its previous owner is unknown.
  static constexpr size_t kMaxUnanswered = 1000;
  std::map<std::string, std::string> unanswered_;
};

}  // namespace penstock::leases
