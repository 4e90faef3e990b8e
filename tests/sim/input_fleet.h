// Complete inputs in virtual time that read some streams, and a checker of what they emit. Either they share the
// streams through a lease table, also with workers of KCL, or each life of a single one continues from its file.
// Kinesis and DynamoDB are the models.
//
// The data are numbered events in 200 partition keys, one per record, evenly distributed over time. Each key
// belongs to one stream.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/kinesis/input/input.h"
#include "core/leases/lease_table.h"
#include "tests/model_dynamodb/service.h"
#include "tests/sim/kcl_worker.h"
#include "tests/sim/lease_checker.h"
#include "tests/sim/sim_client.h"
#include "tests/sim/sim_env.h"

namespace penstock::sim {

class InputFleet;

// One life of a process: the input, and a host that settles what it emits some time later and out of order.
class InputWorker {
 public:
  InputWorker(InputFleet& fleet, std::shared_ptr<SimEnv> sim, std::string id);
  ~InputWorker() { sim_->kill(); }  // without a shutdown

  void turn();
  int64_t next_deadline_ms() const;
  void close();
  // Returns the sum over all labels, or -1 if no counter has that name.
  int64_t stat(std::string_view name) const;
  int64_t emitted() const { return emitted_; }

  bool frozen = false;   // SIGSTOP
  bool blocked = false;  // the outputs accept nothing more
  const std::string& name() const { return id_; }

 private:
  struct Event {
    size_t key;
    int64_t number;
  };
  struct Unsettled {
    uint64_t ack_id;
    int64_t settled_at_ms;
    std::vector<Event> events;
  };

  static int32_t emit(void* ctx, const penstock_batch* batch);
  void settle(int64_t until_ms);

  InputFleet& fleet_;
  std::string id_;
  std::shared_ptr<SimEnv> sim_;
  SimClient stream_client_, table_client_;
  leases::LeaseTable table_;
  std::unique_ptr<kinesis::Assignment> assignment_;
  std::unique_ptr<kinesis::DeadLetterFile> dead_letter_file_;
  kinesis::Input input_;
  std::vector<Unsettled> unsettled_;
  bool full_ = false;
  int64_t emitted_ = 0;
};

class InputFleet {
 public:
  enum class Keeps { leases, file };
  struct Settings {
    Keeps keeps = Keeps::leases;
    int64_t failover_ms = 10'000;
    int64_t poll_interval_ms = 1'000;
    int64_t event_every_ms = 20;
    int64_t retention_ms = 86'400'000;
    kinesis::InitialPosition initial = {};
    size_t streams = 1;
    uint32_t shards = 4;  // of each
    int64_t list_page = 3;
    uint64_t seed = 1;
  };
  explicit InputFleet(const Settings& settings);

  InputWorker& start();
  void kill(size_t worker);  // as kill -9
  void stop(size_t worker);  // a clean shutdown
  size_t workers() const { return workers_.size(); }
  InputWorker& worker(size_t index) { return *workers_[index]; }

  KclWorker& start_kcl(size_t max_leases = SIZE_MAX);
  void kill_kcl(size_t worker);
  void stop_kcl(size_t worker);  // a clean shutdown
  size_t kcl_workers() const { return kcl_workers_.size(); }
  KclWorker& kcl_worker(size_t index) { return *kcl_workers_[index]; }
  // Returns whether each open shard has a lease of a running worker, of ours or of KCL, and the workers' shares
  // differ by at most one.
  bool in_balance();
  // The number of leases of a worker whose shards are not at their ends.
  size_t share(const std::string& worker);

  void run(int64_t ms);
  // Runs until done(), and fails after max_ms.
  void run_until(const std::function<bool()>& done, int64_t max_ms);
  // As run(), but nothing is put.
  void run_quietly(int64_t ms);
  // Expects none of the events that were put so far.
  void begin_here();
  // Stops putting events until all existing ones are settled. Fails if that takes longer than max_ms.
  void rest(int64_t max_ms);
  // split() takes the stream's widest open shard, merge() its first two open ones.
  void split(size_t stream = 0);
  void merge(size_t stream = 0);
  // Lease keys: of the open shards, and of the rows in the table.
  std::set<std::string> open_shards();
  std::set<std::string> leased_shards();
  std::string checkpoint(const std::string& lease);  // in its row
  void delete_row(const std::string& lease);         // as an operator does

  // For a test's own decisions: a number from 0 to `most`, from the seed.
  uint64_t random_number(uint64_t most) { return random_.up_to(most); }
  int64_t put() const { return put_; }
  int64_t duplicates() const { return duplicates_; }

  SimClock clock;
  model::Service kinesis;
  dynamodb::Service dynamodb;

 private:
  friend class InputWorker;
  // The numbers of a key's events to which something has happened.
  struct Numbers {
    int64_t through = 0;  // all before this one
    std::set<int64_t> beyond;
    void add(int64_t number);
  };
  struct Key {
    int64_t put = 0;      // the number of its next event
    int64_t emitted = 0;  // all before this one
    Numbers settled;
  };

  std::string stream_id(const std::string& stream);  // "" if there is only one
  model::Reply serve(const std::string& host, model::Request request);
  void turn(int64_t until_ms);
  void put_event();
  bool all_settled() const;
  std::map<std::string, size_t> shares();  // by owner, "" for leases without one
  uint64_t processed(const std::string& worker, const KclStream& stream, const std::string& shard_id,
                     const std::string& data);
  void emitted(const std::string& worker, const std::string& lease, size_t key, int64_t number,
               int64_t may_lag_ms = 0);

  const Settings settings_;
  LeaseChecker checker_{clock};
  SimRandom random_;
  std::shared_ptr<SimEnv> machine_;  // of the only worker
  std::vector<Key> keys_{200};
  std::vector<std::unique_ptr<InputWorker>> workers_;
  std::vector<std::unique_ptr<KclWorker>> kcl_workers_;
  int started_ = 0;
  int64_t next_put_ms_ = 0;
  int64_t put_ = 0;
  int64_t duplicates_ = 0;
};

}  // namespace penstock::sim
