// The input: shards of some streams, read within a memory limit, taken apart into batches of log events, and
// positions that follow what has been settled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "abi/penstock.h"
#include "core/aws/service_client.h"
#include "core/env.h"
#include "core/kinesis/dead_letter_file.h"
#include "core/kinesis/input/ack_tracker.h"
#include "core/kinesis/input/assignment.h"
#include "core/kinesis/input/read_scheduler.h"
#include "core/kinesis/input/record_decoder.h"
#include "core/kinesis/input/shard.h"
#include "core/kinesis/input/stream_watcher.h"
#include "core/kinesis/stream_name.h"
#include "core/log_throttle.h"

namespace penstock::kinesis {

struct InputStream {
  StreamName name;
  aws::ServiceClient* client;  // of its region
};

struct InputOptions {
  ShardReaderOptions reading = {};
  int64_t stuck_warning_ms = 300'000;
  size_t mem_limit_bytes = 24 << 20;
  DecodeOptions decode = {};
  // A record of which emit refused a batch so often again is a failure; nothing: it is tried for ever.
  std::optional<int64_t> record_retry_limit = std::nullopt;
  // A record that arrived longer ago, by the wall clock, is a failure and not emitted; nothing: none is too old.
  std::optional<int64_t> max_record_age_ms = std::nullopt;
};

// Driven by one thread, which also drives env.transport's owner: poll() and pump() do. The transport must be
// destroyed before the input is.
class Input {
 public:
  // All references, and the clients, outlive the input.
  Input(Env& env, const std::vector<InputStream>& streams, Assignment& assignment, DeadLetterFile& failures,
        InputOptions options);

  // As penstock_input says; they never fail but for what emit answers. Where one throws, for want of memory, the
  // next one goes on: what was taken is not emitted again, and nothing is passed over.
  int32_t poll(int64_t deadline_ms, penstock_emit_fn emit, void* emit_ctx);
  void pump(int64_t deadline_ms);
  // False for an id that is not outstanding.
  bool ack(uint64_t ack_id, int32_t outcome) { return acks_.ack(ack_id, outcome); }

  int64_t next_deadline_ms() const;
  void stats(penstock_stat_fn stat, void* stat_ctx) const;

  // Writes failures and positions that are still to be written, and gives back what was granted.
  Status close(int64_t deadline_ms);

 private:
  // Runs work; where it throws, the next turn puts in order what was left in the middle.
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
  // What a call should bring. One that wants more than the limit is let through alone, or a record that is larger
  // would stop everything.
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
  std::vector<Incident> reads_;  // of each stream's shards
  GrantedShards shards_;
  std::vector<Grant> assigned_;  // taken, and no shard made of them yet
  GrantedShards revoked_;        // a call of theirs is under way
  size_t calls_ = 0;             // under way
  ReadScheduler scheduler_;
  AckTracker acks_;

  // The source record that is being emitted, and of it the user record.
  RecordDecoder decoder_;
  Shard* current_ = nullptr;  // none: begin the next one
  EmitState emit_state_;      // of its record
  penstock_batch batch_ = {};
  bool needs_recovery_ = false;    // something threw in the middle of a turn
  bool full_ = false;              // emit said so; wait for the next poll()
  int64_t enough_text_bytes_ = 0;  // of decoder_.text_bytes(): this poll() inflates no more
  bool unknown_type_logged_ = false;
  bool outside_range_logged_ = false;
  int64_t emit_again_ms_ = 0;  // after a refusal, or while no grant holds

  int64_t batches_out_ = 0;
  int64_t gaps_ = 0;
};

}  // namespace penstock::kinesis
