// The input: all shards of a stream, read within a memory limit, taken apart into batches of log events, and a
// checkpoint that follows what has been settled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "abi/penstock.h"
#include "core/aws/service_client.h"
#include "core/base/env.h"
#include "core/base/reporter.h"
#include "core/kinesis/ack_table.h"
#include "core/kinesis/checkpoint.h"
#include "core/kinesis/failure.h"
#include "core/kinesis/progress.h"
#include "core/kinesis/shard_list.h"
#include "core/kinesis/shard_reader.h"
#include "core/logs/subscription.h"

namespace penstock {

struct InputOptions {
  std::string stream;
  bool from_latest = false;  // where there is no checkpoint: from the application's start on, not from the oldest
  int64_t poll_interval_ms = 1000;
  int64_t checkpoint_interval_ms = 5000;
  size_t mem_limit_bytes = 24 << 20;
  size_t inflate_limit_bytes = 16 << 20;
  ExtractedFields extracted_fields = ExtractedFields::drop;
};

// One shard, from when it was first listed.
struct Shard {
  ShardInfo info;
  std::unique_ptr<ShardReader> reader;  // none: waits for its parents, or is done
  Progress progress;
  std::string checkpoint;  // as loaded or saved last; "": none
};

// Driven by one thread, which also drives env.transport's owner: poll() and pump() do. The transport must be
// destroyed before the input is.
class Input {
 public:
  // All references outlive the input.
  Input(Env& env, ServiceClient& client, CheckpointStore& checkpoints, FailureLog& failures, InputOptions options);

  // Loads the checkpoint. To be called once, before anything else.
  Status open();

  // As penstock_input says; they never fail but for what emit answers.
  int32_t poll(int64_t deadline_ms, penstock_emit_fn emit, void* emit_ctx);
  void pump(int64_t deadline_ms);
  // False for an id that is not outstanding.
  bool ack(uint64_t ack_id, int32_t outcome);

  int64_t next_deadline_ms() const;
  void stats(penstock_stat_fn stat, void* stat_ctx) const;

  // Writes failures and checkpoints that are still to be written.
  Status close();

 private:
  void advance();
  void add_shards(std::vector<ShardInfo> listed, int64_t date_ms);
  void start_readers();
  bool parents_done(const Shard& shard) const;
  Position start_of(const Shard& shard) const;
  void start_calls();
  void retire_if_ended(Shard& shard);
  // What a call may bring; one is always let through, or a record larger than the limit would stop everything.
  size_t call_bytes() const { return options_.mem_limit_bytes / 8; }
  bool room_for_call(size_t held) const {
    return held <= kept_bytes() || held + call_bytes() <= options_.mem_limit_bytes;
  }
  // Of what is held: buffers that are kept for the next record.
  size_t kept_bytes() const { return current_ == nullptr ? subscription_.buffer_bytes() : 0; }
  size_t held_bytes() const;

  int32_t emit_some(penstock_emit_fn emit, void* emit_ctx, bool& emitted);
  bool can_begin_record() const;
  bool begin_record();
  void finish_record();
  Status flush_failures();
  Status save_checkpoint();

  Env& env_;
  ServiceClient& client_;
  CheckpointStore& checkpoints_;
  FailureLog& failures_;
  InputOptions options_;
  Reporter reporter_;
  ShardList shard_list_;

  std::vector<std::unique_ptr<Shard>> shards_;  // in the order in which they were listed
  std::map<std::string, Shard*> shards_by_id_;
  Checkpoint checkpoint_;
  bool settled_since_save_ = false;
  int64_t next_save_ms_ = 0;
  size_t next_caller_ = 0;  // where start_calls() goes on around shards_
  ReaderCounters reader_counters_;

  // The source record that is being emitted.
  SubscriptionReader subscription_;
  Shard* current_ = nullptr;  // none: begin the next one
  Progress::RecordNumber current_record_ = 0;
  penstock_batch origin_ = {};
  penstock_batch batch_ = {};
  bool batch_waits_ = false;   // batch_ was refused, and is to be emitted again
  bool full_ = false;          // emit said so; wait for the next poll()
  int64_t emit_again_ms_ = 0;  // after a refusal
  size_t next_emitter_ = 0;    // where begin_record() goes on around shards_

  AckTable acks_;
  struct Unflushed {
    Shard* shard;
    Progress::RecordNumber record;
  };
  std::vector<Unflushed> unflushed_;  // held until their failures are on disk
  int64_t next_flush_ms_ = 0;
  int64_t batches_out_ = 0;
  int64_t holes_ = 0;
  bool failures_written_ = true;  // when it was last tried
  bool checkpoint_saved_ = true;
  bool unknown_type_told_ = false;
};

}  // namespace penstock
