// How a worker of KCL 2.x deletes the leases of shards that it has read to their ends: its class
// LeaseCleanupManager (https://github.com/awslabs/amazon-kinesis-client, v2.7.0).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/sim/kcl_stream.h"

namespace penstock::sim {

struct KclEndedLease {
  const KclStream* stream;
  std::string shard_id;
  Kcl2Lease lease;  // as it was when the shard ended
};

class KclLeaseCleanup {
 public:
  // REQUIRES: the references outlive it.
  KclLeaseCleanup(dynamodb::Kcl2& kcl, model::TestClient& client) : kcl_(kcl), client_(client) {}

  void start(int64_t now_ms) { completed_since_ms_ = garbage_since_ms_ = now_ms; }

  // Leases are deleted only after their children have begun, and their parents' leases are gone; or if the service
  // does not know the shard.
  void enqueue(KclEndedLease ended) { queue_.push_back(std::move(ended)); }
  bool has(const std::string& key) const;
  // Called every minute. From five minutes after the start, or after a run that deleted a lease, it looks at each
  // lease in the queue: so of the leases of a shard and its descendants, one generation goes every five minutes.
  void run(int64_t now_ms);

 private:
  enum class Outcome { kept, completed, garbage };
  Outcome clean_up(KclEndedLease& ended, bool look_for_completed, bool look_for_garbage);
  bool delete_completed(const KclEndedLease& ended, const std::vector<std::string>& children);

  dynamodb::Kcl2& kcl_;
  model::TestClient& client_;
  int64_t completed_since_ms_ = 0, garbage_since_ms_ = 0;
  std::vector<KclEndedLease> queue_;
};

}  // namespace penstock::sim
