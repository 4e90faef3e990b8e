// Which leases a worker of KCL 2.x takes: its class DynamoDBLeaseTaker
// (https://github.com/awslabs/amazon-kinesis-client, v2.7.0). Pure logic, without calls.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/model_dynamodb/kcl2.h"
#include "tests/sim/sim_clock.h"

namespace penstock::sim {

class KclLeaseTaker {
 public:
  // max_leases: KCL's option maxLeasesForWorker.
  KclLeaseTaker(std::string worker, int64_t failover_ms, size_t max_leases)
      : worker_(std::move(worker)), failover_ms_(failover_ms), max_leases_(max_leases) {}

  void observe(const std::vector<dynamodb::Kcl2Lease>& rows, int64_t now_ms);
  // Rows at SHARD_END count like any others.
  std::vector<dynamodb::Kcl2Lease> choose(int64_t now_ms, SimRandom& random) const;
  void taken(const std::string& key, int64_t now_ms);

 private:
  struct Seen {
    dynamodb::Kcl2Lease lease;
    int64_t changed_ms;  // when a scan last saw a different counter
  };

  std::string worker_;
  int64_t failover_ms_;
  size_t max_leases_;
  std::map<std::string, Seen> seen_;  // by key
};

}  // namespace penstock::sim
