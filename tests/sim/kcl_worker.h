// A worker of Amazon's Kinesis Client Library 2.x among those of a LeaseFleet: what its DynamoDBLeaseTaker,
// DynamoDBLeaseRenewer, BlockOnParentShardTask, ShutdownTask and LeaseCleanupManager do at the table, and when.
// Written from their source (https://github.com/awslabs/amazon-kinesis-client, v2.6.0). It lists no shards, like a
// worker that is not the elected leader.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/model_dynamodb/kcl2.h"
#include "tests/sim/sim_env.h"

namespace penstock::sim {

class LeaseFleet;
struct FleetShard;

class KclWorker {
 public:
  // max_leases: KCL's option maxLeasesForWorker.
  KclWorker(LeaseFleet& fleet, const std::string& id, uint64_t seed, size_t max_leases);

  void advance();
  int64_t next_deadline_ms() const;
  std::set<std::string> shards() const;  // held, and not at their ends
  int64_t taken() const { return taken_; }

 private:
  struct Seen {
    dynamodb::Kcl2Lease lease;
    int64_t changed_ms;  // when a scan last saw a different counter
  };
  struct Held {
    dynamodb::Kcl2Lease lease;
    FleetShard* shard;
    size_t next = 0;       // to be emitted
    bool started = false;  // its parents are at their ends
    bool ended = false;
    bool lost = false;
  };
  void scan();
  std::vector<dynamodb::Kcl2Lease*> choose();
  void take();
  void renew();
  void read();
  bool read_of(Held& held);
  bool clean_up(const Held& held);
  bool begin(Held& held);
  bool end(Held& held);

  LeaseFleet& fleet_;
  std::string id_;
  size_t max_leases_;
  SimRandom random_;
  dynamodb::TableClient client_;
  dynamodb::Kcl2 kcl_;
  std::map<std::string, Seen> seen_;  // by key, like the following
  std::map<std::string, Held> held_;
  int64_t next_take_ms_, next_renewal_ms_, next_read_ms_;
  int64_t taken_ = 0;
};

}  // namespace penstock::sim
