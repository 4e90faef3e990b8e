// Workers in virtual time that share a stream through leases in one table, and a checker of what they read and
// write. Their calls go through a signed client to the model of DynamoDB. The stream is a plain list of records,
// because reading it is not what is tested.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/leases/lease_coordinator.h"
#include "tests/model_dynamodb/service.h"
#include "tests/sim/lease_checker.h"
#include "tests/sim/sim_client.h"
#include "tests/sim/sim_env.h"

namespace penstock::sim {

struct FleetShard {
  kinesis::ShardInfo info;
  std::vector<int64_t> records;  // sequence numbers, ascending
  size_t read = 0;               // number of records, from the first on, that some worker has emitted
};

class LeaseFleet;

class TableClient : private SimClientParts, public aws::ServiceClient {
 public:
  TableClient(Env& env, int64_t call_timeout_ms)
      : SimClientParts(env),
        aws::ServiceClient(env, aws::kDynamoDbProtocol, *aws::make_endpoint("dynamodb", "us-east-1", "", false),
                           credentials, SimClientParts::clock, metrics, call_timeout_ms) {}
};

// One life of a process.
class FleetWorker {
 public:
  FleetWorker(LeaseFleet& fleet, const std::string& id, uint64_t seed);

  void advance();
  int64_t next_deadline_ms();
  void list();
  std::set<std::string> shards() const;  // granted, and not at their ends
  int64_t stat(std::string_view name) const;
  SimEnv& sim() { return sim_; }
  leases::LeaseCoordinator& leases() { return leases_; }
  const Status& listed() const { return listed_; }

  bool blocked = false;  // the outputs accept nothing
  bool frozen = false;   // SIGSTOP

 private:
  friend class LeaseFleet;
  struct Reading {
    FleetShard* shard;
    size_t next = 0;  // to be emitted
    size_t prefetched = 0;
    size_t settled = 0;
    bool ended = false;
  };
  void read();
  void emit(kinesis::GrantId grant, Reading& reading);

  LeaseFleet& fleet_;
  std::string id_;
  SimEnv sim_;
  TableClient client_;
  leases::LeaseTable table_;
  leases::LeaseCoordinator leases_;
  Status listed_;
  std::map<kinesis::GrantId, Reading> readings_;
  int64_t next_list_ms_ = 0, next_read_ms_ = 0;
};

class LeaseFleet {
 public:
  explicit LeaseFleet(uint64_t seed)
      : seed_(seed), service_({.stale_ms = 500}, [this] { return clock.unix_ms(); }) {
    service_.make_table("app");
  }

  FleetWorker& start();
  void start_many(int count);
  void kill(size_t worker);  // as kill -9
  void stop(size_t worker);  // a clean shutdown
  void run(int64_t ms);
  // Runs until done(), and fails after max_ms. Returns how long it took.
  int64_t run_until(const std::function<bool()>& done, int64_t max_ms);

  void add_shards(int count);
  void split(const std::string& shard);
  void merge(const std::string& a, const std::string& b);
  // Sets the rate of each open shard from now on.
  void set_records_a_second(int records) { records_a_second_ = records; }

  // Returns whether every open shard is read by one worker, and the workers' shares differ by at most one.
  bool in_balance() const;
  bool all_read() const;
  size_t workers() const { return workers_.size(); }
  FleetWorker& worker(size_t index) { return *workers_[index]; }
  void delete_row(const std::string& key);  // as an operator does
  dynamodb::Service& service() { return service_; }
  std::map<std::string, FleetShard>& shards() { return shards_; }
  std::vector<kinesis::ShardInfo> list() const;
  int64_t duplicates() const { return duplicates_; }

  SimClock clock;  // first, because other members refer to it
  kinesis::InitialPosition initial;
  int64_t failover_ms = 10'000;

 private:
  friend class FleetWorker;
  model::Reply serve(model::Request request);
  void emitted(const std::string& worker, FleetShard& shard, size_t index);
  void put_records();
  void add_shard(const std::vector<std::string>& parents, kinesis::HashKey first, kinesis::HashKey last);

  uint64_t seed_;
  dynamodb::Service service_;
  std::map<std::string, FleetShard> shards_;
  std::vector<std::unique_ptr<FleetWorker>> workers_;
  std::vector<std::unique_ptr<FleetWorker>> stopping_;
  int started_ = 0;
  LeaseChecker checker_{clock};
  int records_a_second_ = 10;
  int64_t next_put_ms_ = 0;
  int64_t last_record_ = 0;
  int shards_made_ = 0;
  int64_t duplicates_ = 0;
};

}  // namespace penstock::sim
