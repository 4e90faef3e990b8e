// Decides which leases a worker takes, from what its scans have shown. Pure logic, without calls.
//
// The rules are those of KCL 2.x (class DynamoDBLeaseTaker, https://github.com/awslabs/amazon-kinesis-client), so
// that its workers and ours reach a balance together: no worker needs another's clock, and a balanced fleet stays
// as it is.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/env.h"
#include "core/leases/lease.h"

namespace penstock::leases {

class LeaseTaker {
 public:
  static constexpr int64_t kNeglectedTimes = 3;

  // worker is our own id. A lease has no live owner if its counter has not changed in scans for failover_ms.
  LeaseTaker(std::string worker, int64_t failover_ms) : worker_(std::move(worker)), failover_ms_(failover_ms) {}

  // Takes the rows of a complete scan, whose last response came at boot_ms (Clock::boot_ms). The rows were read no
  // later than that, so a lease counts as ownerless too late rather than too early. If there was no scan for more
  // than failover_ms, all counters count as new: what kept us from the table may have kept the owners from it too.
  void observe(const std::vector<Lease>& rows, int64_t boot_ms);

  // Leases to take, in that order, until `most` of them are taken. The order is random among equals, so that
  // workers do not all try the same leases.
  struct Choice {
    std::vector<Lease> leases;
    size_t most = 0;
    size_t free = 0;  // leases that no worker reads: without an owner, or without a live one
  };
  // Chooses among rows, a subset of those last observed; boot_ms is as above. held: the keys of the leases that we
  // hold or are taking. Rows at SHARD_END count for no worker.
  //
  // Takes leases that are free or have no live owner, up to our share, ceil(leases / workers). If none is
  // available, takes one lease of the worker that has the most, if it has at least two more than we.
  //
  // A worker that has its share also takes leases that no worker has read for kNeglectedTimes failover times, a
  // part of them at each scan: a worker of KCL that has reached its maxLeasesForWorker never takes its share.
  Choice choose(const std::vector<Lease>& rows, const std::set<std::string>& held, int64_t boot_ms,
                Random& random) const;

  // Returns how long scans have shown the row with this counter, as of boot_ms; 0 if the last one did not.
  int64_t unchanged_ms(const Lease& row, int64_t boot_ms) const;

 private:
  struct Seen {
    int64_t counter = 0;
    std::string owner;
    int64_t since_boot_ms = 0;
  };

  bool has_live_owner(const Lease& row, int64_t boot_ms) const {
    return !row.owner.empty() && unchanged_ms(row, boot_ms) < failover_ms_;
  }
  bool is_neglected(const Lease& row, int64_t boot_ms) const {
    const int64_t owned_ms = row.owner.empty() ? 0 : failover_ms_;
    return unchanged_ms(row, boot_ms) >= owned_ms + kNeglectedTimes * failover_ms_;
  }

  std::string worker_;
  int64_t failover_ms_;
  std::map<std::string, Seen> seen_;  // by key
  int64_t observed_boot_ms_ = 0;
};

}  // namespace penstock::leases
