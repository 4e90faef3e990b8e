// The leases that a worker of KCL 2.x holds: its class DynamoDBLeaseRenewer
// (https://github.com/awslabs/amazon-kinesis-client, v2.7.0).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tests/model_dynamodb/kcl2.h"
#include "tests/sim/sim_clock.h"

namespace penstock::sim {

class KclLeaseRenewer {
 public:
  struct Held {
    dynamodb::Kcl2Lease lease;
    uint64_t token = 0;      // KCL's concurrency token: another one each time that the lease is taken
    int64_t renewed_ms = 0;  // when the last write succeeded
  };

  // REQUIRES: the references outlive it.
  KclLeaseRenewer(dynamodb::Kcl2& kcl, const SimClock& clock, int64_t failover_ms)
      : kcl_(kcl), clock_(clock), failover_ms_(failover_ms) {}

  void add(const dynamodb::Kcl2Lease& taken);
  // A call that fails leaves the lease held until it expires.
  void renew_all();
  // Returns nullptr if the lease is not held, or has expired.
  const Held* find(const std::string& key) const;
  // Returns false if the lease is not held, or was lost. Throws KclError; then the row is as it was, or has
  // changed.
  bool checkpoint(const std::string& key, uint64_t token, const std::string& sequence_number,
                  int64_t sub_sequence_number);
  void drop(const std::string& key) { held_.erase(key); }
  const std::map<std::string, Held>& held() const { return held_; }  // by key; they may have expired

 private:
  bool has_expired(const Held& held) const { return clock_.unix_ms() - held.renewed_ms > failover_ms_; }

  dynamodb::Kcl2& kcl_;
  const SimClock& clock_;
  int64_t failover_ms_;
  uint64_t last_token_ = 0;
  std::map<std::string, Held> held_;
};

}  // namespace penstock::sim
