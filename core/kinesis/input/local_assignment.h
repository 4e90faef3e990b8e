// Assignment for an instance that reads all shards of its streams by itself, with their positions in a file or in
// memory.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/env.h"
#include "core/kinesis/input/assignment.h"
#include "core/kinesis/input/checkpoint.h"
#include "core/log_throttle.h"

namespace penstock::kinesis {

class LocalAssignment : public Assignment {
 public:
  struct Options {
    InitialPosition initial;
    int64_t checkpoint_interval_ms = 5000;
    // Shard ids. If not empty, only these are read, and they do not wait for parents that are not among them.
    std::set<std::string> selected;
  };
  // Opens the checkpoint. where is "memory" or "file:PATH". Returns Code::config for any other value, if another
  // process has the file locked, or if it is not a checkpoint. REQUIRES: env outlives the assignment.
  static Result<std::unique_ptr<LocalAssignment>> open(Env& env, std::string_view where, Options options);

  Status on_shards_listed(size_t stream, const StreamIdentity& identity, const std::vector<ShardInfo>& shards,
                          int64_t start_ms) override;
  bool on_children_found(GrantId grant, const std::vector<ShardInfo>& children) override;
  void advance() override;
  int64_t next_deadline_ms() const override { return moved_ ? next_save_ms_ : kNever; }
  std::vector<Grant> take_assigned() override { return std::exchange(assigned_, {}); }
  std::vector<GrantId> take_revoked() override { return std::exchange(revoked_, {}); }
  bool is_valid(GrantId) const override { return true; }
  void advance_to(GrantId grant, ShardPosition position) override;
  Status saved() const override;
  void begin_close() override;
  bool closed() const override { return closing_ && !moved_; }
  bool healthy() const override { return save_problem_.ok(); }
  void stats(const MetricsSink& metrics) const override;

 private:
  struct Shard {
    ShardInfo info;
    GrantId grant = 0;  // 0: none; the shard waits for its parents, or is at its end
  };
  struct Stream {
    StreamCheckpoint* kept = nullptr;  // nullptr: not listed yet
    bool start_logged = false;
    std::map<std::string, Shard> shards;
    std::map<std::string, int64_t> unlisted_since_boot_ms;  // shards that the last list lacked
  };
  struct Granted {
    size_t stream;
    std::string shard_id;
  };

  LocalAssignment(Env& env, std::unique_ptr<CheckpointStore> store, Checkpoint checkpoint, Options options);
  Status identify(Stream& stream, const StreamIdentity& identity, int64_t start_ms);
  Status check_selected(const Stream& stream, const std::vector<ShardInfo>& shards) const;
  void log_start(const Stream& stream, const std::vector<ShardInfo>& shards, bool fresh) const;
  void forget_unlisted(Stream& stream, const std::vector<ShardInfo>& shards);
  void forget(Stream& stream, const std::string& shard_id);
  bool is_selected(const std::string& shard_id) const {
    return options_.selected.empty() || options_.selected.contains(shard_id);
  }
  void grant_ready(size_t stream);
  Status save();

  Env& env_;
  std::unique_ptr<CheckpointStore> store_;
  Checkpoint checkpoint_;
  Options options_;
  LogThrottle throttle_;

  std::map<size_t, Stream> streams_;
  std::map<GrantId, Granted> granted_;
  GrantId last_grant_ = 0;
  std::vector<Grant> assigned_;
  std::vector<GrantId> revoked_;
  bool moved_ = false;  // a position, since the last save
  int64_t next_save_ms_ = 0;
  Status save_problem_;
  Incident save_incident_;
  int64_t saves_ = 0;
  bool closing_ = false;
};

}  // namespace penstock::kinesis
