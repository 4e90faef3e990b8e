// What a worker of KCL 2.x does with the shard of a lease that it holds: its classes ShardConsumer,
// BlockOnParentShardTask, InitializeTask, ProcessTask, and ShutdownTask
// (https://github.com/awslabs/amazon-kinesis-client, v2.7.0).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/sim/kcl_lease_cleanup.h"
#include "tests/sim/kcl_lease_renewer.h"
#include "tests/sim/kcl_stream.h"
#include "tests/sim/sim_clock.h"

namespace penstock::sim {

// The record processor: takes the user records of a record, from the one with that index on, and returns how many
// the record has. They are done when it returns.
using KclApplication = std::function<uint64_t(const KclStream& stream, const std::string& shard_id,
                                              const KclRecord& record, uint64_t first_user_record)>;

// The parts of a worker that its consumers use.
struct KclWorkerParts {
  const SimClock& clock;
  SimRandom& random;
  dynamodb::Kcl2& kcl;
  model::TestClient& client;
  KclLeaseRenewer& renewer;
  KclLeaseCleanup& cleanup;
  const KclApplication& application;
  int64_t checkpoint_ms;  // how often the application saves its position; 0: after each read
};

class KclShardConsumer {
 public:
  // REQUIRES: the references outlive it.
  KclShardConsumer(const KclWorkerParts& worker, const KclStream& stream, const KclLeaseRenewer::Held& held);

  uint64_t token() const { return token_; }
  bool reads() const { return state_ == State::processing; }
  // Called every second while the lease is held: does the next task that is not reading.
  void advance();
  // Called every second, as long as there is a consumer, even if the lease was lost meanwhile.
  void read();
  // The application saves its position before the worker leaves.
  void shut_down_requested() { save(); }

 private:
  enum class State { waiting_on_parents, initializing, processing, shutting_down, complete };
  bool blocked();
  void initialize();
  void process(const KclRecords& read);
  void save();
  void shut_down();
  bool create_children();
  void checkpoint_end(const KclLeaseRenewer::Held& held);

  const KclWorkerParts& worker_;
  const KclStream& stream_;
  std::string shard_id_, key_;
  uint64_t token_;
  std::vector<std::string> parents_;
  State state_;
  int64_t retry_ms_ = 0;  // Unix time

  std::string iterator_;
  std::string last_known_;  // sequence number; "": no record was read yet
  std::vector<KclShard> children_;
  struct Position {
    std::string sequence_number;
    uint64_t sub_sequence_number = 0;
    friend bool operator==(const Position&, const Position&) = default;
  };
  Position saved_, processed_;
  int64_t saved_ms_ = 0;
};

}  // namespace penstock::sim
