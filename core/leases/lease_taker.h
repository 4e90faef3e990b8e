// Which leases a worker takes, from what it saw of the table. Nothing here writes or waits.
//
// The rules are those of Amazon's Kinesis Client Library 2.x (its class DynamoDBLeaseTaker,
// https://github.com/awslabs/amazon-kinesis-client), so that its workers and ours come to rest beside each other:
// nobody needs another's clock, and a fleet in balance stays as it is.
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
  // worker is our own id. A lease whose counter was seen unchanged for failover_ms has lost its owner.
  LeaseTaker(std::string worker, int64_t failover_ms) : worker_(std::move(worker)), failover_ms_(failover_ms) {}

  // The rows of a whole scan, whose last response came at boot_ms (Clock::boot_ms): they were read no later, so
  // that a lease is thought to be without an owner too late rather than too soon. After more than failover_ms
  // without a scan all counters are new: whatever kept us from the table may have kept the owners from it too.
  void observe(const std::vector<Lease>& rows, int64_t boot_ms);

  // What to take now: leases, in that order, until `most` of them are taken. By chance among equals, so that not
  // all workers try for the same.
  struct Choice {
    std::vector<Lease> leases;
    size_t most = 0;
  };
  // Of rows, some of those last observed; boot_ms as above. held: the keys of what we hold or are taking. Rows at
  // SHARD_END are of no use to anybody and count for nobody.
  //
  // Up to our share, ceil(leases / workers): what is free or without a live owner; where there is none of that,
  // one lease of the worker that has most, if it has at least two more than we.
  Choice choose(const std::vector<Lease>& rows, const std::set<std::string>& held, int64_t boot_ms,
                Random& random) const;

  // How long scans have shown the row with this counter, at boot_ms; 0 if the last one did not.
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

  std::string worker_;
  int64_t failover_ms_;
  std::map<std::string, Seen> seen_;  // by key
  int64_t observed_boot_ms_ = 0;
};

}  // namespace penstock::leases
