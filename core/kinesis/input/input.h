// The input: reads the shards of some streams within a memory limit, decodes their records into batches of log
// events, and moves the shards' positions as batches are settled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "abi/penstock.h"
#include "core/aws/service_client.h"
#include "core/env.h"
#include "core/kinesis/dead_letter_file.h"
#include "core/kinesis/input/ack_tracker.h"
#include "core/kinesis/input/assignment.h"
#include "core/kinesis/input/batch_source.h"
#include "core/kinesis/input/read_scheduler.h"
#include "core/kinesis/input/record_decoder.h"
#include "core/kinesis/input/record_limits.h"
#include "core/kinesis/input/shard.h"
#include "core/kinesis/input/stream_watcher.h"
#include "core/kinesis/log_group_volumes.h"
#include "core/kinesis/stream_name.h"
#include "core/log_throttle.h"

namespace penstock::kinesis {

struct InputStream {
  StreamName name;
  aws::ServiceClient* client;  // for the stream's region
};

struct InputOptions {
  ShardReaderOptions reading = {};
  int64_t stuck_warning_ms = 300'000;
  size_t mem_limit_bytes = 24 << 20;
  DecodeOptions decode = {};
  RecordLimits limits = {};
  size_t top_log_groups = 20;
};

// Kinesis input [instance-thread]. poll() and pump() also drive env.transport. REQUIRES: the transport is
// destroyed before the input.
class Input : public BatchSource {
 public:
  // REQUIRES: all references, and the clients, outlive the input.
  Input(Env& env, const std::vector<InputStream>& streams, Assignment& assignment,
        DeadLetterFile& dead_letter_file, InputOptions options);

  int32_t poll(int64_t deadline_ms, penstock_emit_fn emit, void* emit_ctx) override;
  void pump(int64_t deadline_ms) override;
  bool ack(uint64_t ack_id, int32_t outcome) override { return acks_.ack(ack_id, outcome); }

  int64_t next_deadline_ms() const override;
  void stats(const MetricsSink& metrics) const override;

  // Writes the dead letters and positions that are not written yet, and releases all grants.
  Status close(int64_t deadline_ms) override;

 private:
  // Runs work. If it throws, the next call recovers from the interrupted state first.
  template <typename Work>
  auto guarded(const Work& work);
  void recover();

  void turn(int64_t deadline_ms);
  void advance();
  void report_positions();
  void take_assigned();
  void take_revoked();
  void on_call_done(Shard& shard, const Status& status);
  void report_read(const Shard& shard, const Status& status);
  void note_read(const Shard& shard);
  Status on_shards_listed(size_t stream, const StreamIdentity& identity, const std::vector<ShardInfo>& shards,
                          int64_t start_ms);
  void retire_ended();
  void start_calls();
  // Returns the size that a response should have. A call that needs more than mem_limit still runs if nothing else
  // is held; otherwise a record larger than the limit would block all shards.
  size_t call_bytes() const { return options_.mem_limit_bytes / 8; }
  bool room_for_first_due() const;
  size_t held_bytes() const;

  int32_t emit_contained(penstock_emit_fn emit, void* emit_ctx, bool& emitted);
  int32_t emit_some(penstock_emit_fn emit, void* emit_ctx, bool& emitted);
  bool may_go_on() const;
  bool begin_record();
  void suspend_current();
  void check_resumed(const Shard& shard, const ShardPosition& resume);
  bool next_batch();
  bool begin_user_record();
  void finish_user_record();
  void finish_record();
  Status given_up() const;
  void fail_user_record(const Status& why);
  void log_left_out(const Shard& shard);
  void shard_metrics(const MetricsSink& metrics) const;

  Env& env_;
  Assignment& assignment_;
  const InputOptions options_;
  LogThrottle throttle_;
  ReaderTotals totals_;
  std::deque<StreamWatcher> streams_;
  std::vector<Incident> reads_;  // read failures of each stream's shards
  GrantedShards shards_;
  std::vector<Grant> assigned_;  // granted, but without a Shard yet
  GrantedShards revoked_;        // kept because their call is in flight
  size_t calls_ = 0;             // in flight
  ReadScheduler scheduler_;
  AckTracker acks_;

  // The source record that is being emitted, and its current user record.
  RecordDecoder decoder_;
  Shard* current_ = nullptr;  // nullptr: begin the next record
  EmitState emit_state_;      // of the current record
  penstock_batch batch_ = {};
  bool needs_recovery_ = false;    // the last turn threw
  bool full_ = false;              // emit returned FULL; wait for the next poll()
  int64_t enough_text_bytes_ = 0;  // value of decoder_.text_bytes() at which this poll() stops decoding
  bool unknown_type_logged_ = false;
  bool outside_range_logged_ = false;
  int64_t emit_again_ms_ = 0;  // next try after emit rejected a batch, or while no grant is valid

  int64_t batches_out_ = 0;
  LogGroupVolumes volumes_;
  int64_t gaps_ = 0;
};

}  // namespace penstock::kinesis
