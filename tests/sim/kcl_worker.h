// A worker of Amazon's Kinesis Client Library 2.x, in virtual time, at the models of Kinesis and DynamoDB: its
// classes Scheduler and DynamoDBLeaseCoordinator, with what they drive, which is in the other files kcl_*. Written
// from their source (https://github.com/awslabs/amazon-kinesis-client, v2.7.0); names are those of KCL where they
// exist.
//
// Calls take no time, so that what KCL does in one task happens at one moment, except for the time between a scan
// and the takes that follow from it, and between a list of shards and the rows that are created. Between any two
// calls the worker can die. A call that fails here is one that has failed in every attempt of the AWS SDK; by
// default, that is 9 attempts on DynamoDB and 4 on Kinesis (sdk-core, RetryMode.LEGACY). What KCL leaves undone
// then, such as the rest of the leases that it was creating, is left undone here too.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/model_dynamodb/table_client.h"
#include "tests/sim/kcl_lease_cleanup.h"
#include "tests/sim/kcl_lease_renewer.h"
#include "tests/sim/kcl_lease_taker.h"
#include "tests/sim/kcl_shard_consumer.h"
#include "tests/sim/kcl_shard_sync.h"
#include "tests/sim/kcl_stream.h"

namespace penstock::sim {

struct KclOptions {
  std::string worker;
  std::vector<KclStream> streams;  // all with ids, or a single one without
  int64_t failover_ms = 10'000;
  size_t max_leases = SIZE_MAX;  // maxLeasesForWorker
  int64_t checkpoint_ms = 0;     // see KclWorkerParts
  uint64_t seed = 1;
};

// Its connections to the world.
struct KclLinks {
  model::TestClient::Send kinesis, table;
  model::AccessKey key;
  KclApplication application;
};

class KclWorker {
 public:
  // REQUIRES: the clock outlives it. It starts now: for up to 30 s, it waits for another worker to create the
  // leases.
  KclWorker(SimClock& clock, KclOptions options, KclLinks links);
  KclWorker(const KclWorker&) = delete;
  KclWorker& operator=(const KclWorker&) = delete;

  void advance();
  int64_t next_deadline_ms() const;  // on the monotonic clock
  // A clean shutdown: the application saves its positions. The leases stay in the table with their owner until
  // others find that they have expired.
  void shut_down();
  // Dies at that call from now on, from 1, which is not made.
  void die_at_call(int calls) { calls_left_ = calls; }
  bool has_ended() const { return calls_left_ <= 0; }

  const std::string& name() const { return options_.worker; }
  std::set<std::string> reading() const;  // keys of the leases whose shards it reads
  int64_t taken() const { return taken_; }

 private:
  // A period of a scheduled task.
  struct Timer {
    int64_t next_ms;
    bool due(int64_t now_ms, int64_t period_ms) {
      if (now_ms < next_ms) return false;
      next_ms = now_ms + period_ms;
      return true;
    }
  };
  struct Synced {
    KclHoleTracker holes;
    std::vector<Kcl2Lease> missing;  // to be created
    int64_t create_ms = 0;
  };

  model::Reply send(const model::TestClient::Send& to, model::Request request);
  int64_t wait_for_leases_ms();
  void initialize(int64_t now_ms);
  void start(int64_t now_ms);
  void scan(int64_t now_ms);
  void take(int64_t now_ms);
  void dispatch(int64_t now_ms);
  bool is_leader(int64_t now_ms);
  void elect(int64_t now_ms);
  void audit(int64_t now_ms);
  void sync(size_t stream, int64_t now_ms);
  void create_missing(int64_t now_ms);

  SimClock& clock_;
  const KclOptions options_;
  const KclLinks links_;
  int calls_left_ = INT32_MAX;
  SimRandom random_;
  model::TestClient client_;
  dynamodb::TableClient table_client_;
  dynamodb::Kcl2 kcl_;
  KclLeaseTaker taker_;
  KclLeaseRenewer renewer_;
  KclLeaseCleanup cleanup_;
  const KclWorkerParts parts_;
  std::map<std::string, std::unique_ptr<KclShardConsumer>> consumers_;  // by key

  bool started_ = false;
  Timer initialize_, scan_, renew_, dispatch_, read_, clean_up_, audit_;
  int64_t wait_until_ms_;     // for a lease in the table
  size_t initial_syncs_ = 0;  // streams done
  std::vector<Kcl2Lease> to_take_;
  int64_t take_ms_;
  std::string leader_;          // "": each worker
  int64_t election_ms_ = -1;    // -1: none yet
  bool was_leader_ = false;     // at the last dispatch
  std::vector<Synced> synced_;  // by stream
  int64_t taken_ = 0;
};

}  // namespace penstock::sim
