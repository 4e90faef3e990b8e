// Divides the shards among any number of workers with leases in a table, in the manner of KCL 2.x: each worker
// scans the table, takes leases that are free or whose owner is dead, renews the leases that it holds, and creates
// the leases that shards lack.
//
// Costs at failover_ms = 10 s: A held lease is written 1,080 times an hour, every 3.3 s, whether its shard is busy
// or idle (if checkpoint_interval_ms is not less than that). Each worker scans the table 1,235 times an hour,
// every 2.9 s on average, which is how it finds a dead worker's leases within two failover times. A scan costs
// half a read unit for each 4 KiB of rows, which is about ten rows.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/env.h"
#include "core/kinesis/input/assignment.h"
#include "core/leases/held_lease.h"
#include "core/leases/lease_table.h"
#include "core/leases/lease_taker.h"
#include "core/leases/lease_writer.h"
#include "core/leases/stream_leases.h"
#include "core/log_throttle.h"

namespace penstock::leases {

struct LeaseOptions {
  std::string worker;  // unique among all workers that ever used this table
  size_t streams = 1;
  kinesis::InitialPosition initial;
  int64_t failover_ms = 10'000;
  int64_t checkpoint_interval_ms = 5'000;
  LeaseTableDefinition definition;
};

class LeaseCoordinator : public kinesis::Assignment {
 public:
  // REQUIRES: the references outlive the coordinator, and the coordinator outlives its calls; so destroy the
  // transport first.
  LeaseCoordinator(Env& env, LeaseTable& table, LeaseOptions options);

  // The rows may show only later that this is another stream. Then nothing more of it is granted, its grants are
  // revoked, and the next call fails.
  Status on_shards_listed(size_t stream, const kinesis::StreamIdentity& identity,
                          const std::vector<kinesis::ShardInfo>& shards, int64_t start_ms) override;
  bool on_children_found(kinesis::GrantId grant, const std::vector<kinesis::ShardInfo>& children) override;
  void advance() override;
  int64_t next_deadline_ms() const override;
  std::vector<kinesis::Grant> take_assigned() override { return std::exchange(assigned_, {}); }
  std::vector<kinesis::GrantId> take_revoked() override { return std::exchange(revoked_, {}); }
  bool is_valid(kinesis::GrantId grant) const override;
  void advance_to(kinesis::GrantId grant, kinesis::ShardPosition position) override;
  Status saved() const override;
  void begin_close() override;
  bool closed() const override;
  bool healthy() const override;
  void stats(const MetricsSink& metrics) const override;

 private:
  struct Held {
    Held(LeaseContext& context, size_t of_stream, const Lease& row, int64_t taken_boot_ms)
        : stream(of_stream), lease(context, row, taken_boot_ms) {}
    size_t stream;
    kinesis::GrantId grant = 0;  // 0: none yet, or it has ended
    bool granted = false;
    HeldLease lease;
    std::vector<kinesis::ShardInfo> children;  // of the shard, if its last response had all of them
  };

  int64_t boot_ms() const { return env_.clock.boot_ms(); }
  std::string described(size_t stream, const Lease& lease) const;

  void advance_scan();
  void on_prepared(const Result<bool>& usable);
  void on_scanned(int64_t began_boot_ms, Result<LeaseList> list);
  void on_kcl3(const LeaseList& list);
  void hand_over_all();
  void scan_again_in(int64_t ms);
  void review(size_t stream);
  void choose();
  // Returns until when a decision from the scanned rows may be carried out. Until then, no other worker can have
  // decided the same, created a lease, read its shard to the end and deleted it again.
  int64_t decided_until_boot_ms() const { return rows_as_of_boot_ms_ + options_.failover_ms; }

  void on_op_done(const LeaseOp& op, int64_t started_boot_ms, const LeaseWriteResult& write,
                  const std::string& from);
  void hold(const LeaseOp& op, const Lease& row, int64_t taken_boot_ms, const std::string& from);

  void advance_held();
  void grant_ready(size_t stream);
  void end_ready(size_t stream);
  void end_grant(Held& held);
  void check_held_at(int64_t boot_ms) { held_due_boot_ms_ = std::min(held_due_boot_ms_, boot_ms); }

  Env& env_;
  LeaseTable& table_;
  LeaseOptions options_;
  LogThrottle throttle_;
  LeaseContext context_;
  LeaseTaker taker_;
  std::vector<char> start_logged_;  // for each stream
  std::vector<Incident> problems_;  // of each stream: why its leases cannot be used
  std::vector<std::unique_ptr<StreamLeases>> streams_;

  bool prepared_ = false;
  bool scanning_ = false;  // a scan or prepare() is in flight
  int64_t scan_boot_ms_ = 0;
  int scan_failures_ = 0;  // in a row
  Incident reading_;       // scan failures
  Status shared_;          // not ok: the leader of KCL 3 assigns the leases, and this worker holds none
  Incident sharing_;       // in which case
  bool kcl3_warned_ = false;
  std::vector<Lease> rows_;  // of the last scan
  std::optional<int64_t> scanned_boot_ms_;
  int64_t rows_as_of_boot_ms_ = 0;  // start of that scan

  LeaseWriter writer_;

  std::map<std::string, std::unique_ptr<Held>> held_;  // by key
  std::map<kinesis::GrantId, Held*> granted_;
  int64_t held_due_boot_ms_ = kNever;
  kinesis::GrantId last_grant_ = 0;
  std::vector<kinesis::Grant> assigned_;
  std::vector<kinesis::GrantId> revoked_;
  bool closing_ = false;

  size_t free_ = 0;  // leases that no worker reads, as of the last scan
  int64_t scans_ = 0, taken_ = 0, stolen_ = 0, taken_over_ = 0, lost_ = 0, expired_ = 0, made_ = 0, removed_ = 0;
};

}  // namespace penstock::leases
