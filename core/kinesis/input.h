// The input: shards of some streams, read within a memory limit, taken apart into batches of log events, and
// positions that follow what has been settled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "abi/penstock.h"
#include "core/aws/service_client.h"
#include "core/base/env.h"
#include "core/base/reporter.h"
#include "core/kinesis/assignment.h"
#include "core/kinesis/failure.h"
#include "core/kinesis/read_schedule.h"
#include "core/kinesis/settlement.h"
#include "core/kinesis/shard.h"
#include "core/kinesis/source_stream.h"
#include "core/kinesis/stream_name.h"
#include "core/logs/subscription.h"

namespace penstock {

struct InputStream {
  StreamName name;
  ServiceClient* client;  // of its region
};

struct InputOptions {
  ShardReaderOptions reading = {};
  int64_t stuck_warning_ms = 300'000;
  size_t mem_limit_bytes = 24 << 20;
  size_t inflate_limit_bytes = 16 << 20;
  ExtractedFields extracted_fields = ExtractedFields::drop;
};

// Driven by one thread, which also drives env.transport's owner: poll() and pump() do. The transport must be
// destroyed before the input is.
class Input {
 public:
  // All references, and the clients, outlive the input.
  Input(Env& env, const std::vector<InputStream>& streams, Assignment& assignment, FailureLog& failures,
        InputOptions options);

  // As penstock_input says; they never fail but for what emit answers.
  int32_t poll(int64_t deadline_ms, penstock_emit_fn emit, void* emit_ctx);
  void pump(int64_t deadline_ms);
  // False for an id that is not outstanding.
  bool ack(uint64_t ack_id, int32_t outcome) { return settlement_.ack(ack_id, outcome); }

  int64_t next_deadline_ms() const;
  void stats(penstock_stat_fn stat, void* stat_ctx) const;

  // Writes failures and positions that are still to be written, and gives back what was granted.
  Status close(int64_t deadline_ms);

 private:
  void advance();
  void tell_moved();
  void take_grants();
  void take_losses();
  void called(Shard& shard, const Status& status);
  void retire_ended();
  void start_calls();
  // What a call may bring; one is always let through, or a record larger than the limit would stop everything.
  size_t call_bytes() const { return options_.mem_limit_bytes / 8; }
  bool room_for_first_due() const;
  size_t held_bytes() const;

  int32_t emit_some(penstock_emit_fn emit, void* emit_ctx, bool& emitted);
  bool begin_record();
  bool passes_resumed(Shard& shard);
  void finish_record();

  Env& env_;
  Assignment& assignment_;
  const InputOptions options_;
  Reporter reporter_;
  std::deque<SourceStream> streams_;
  ReaderTotals totals_;
  GrantedShards shards_;
  std::vector<std::unique_ptr<Shard>> lost_;  // a call of theirs is under way
  size_t calls_ = 0;                          // under way
  ReadSchedule schedule_;
  Settlement settlement_;

  // The source record that is being emitted.
  SubscriptionReader subscription_;
  Shard* current_ = nullptr;  // none: begin the next one
  Progress::RecordNumber current_record_ = 0;
  penstock_batch origin_ = {};
  penstock_batch batch_ = {};
  bool batch_waits_ = false;   // batch_ was refused, and is to be emitted again
  bool full_ = false;          // emit said so; wait for the next poll()
  int64_t emit_again_ms_ = 0;  // after a refusal, or while no grant holds

  int64_t batches_out_ = 0;
  int64_t gaps_ = 0;
  bool unknown_type_told_ = false;
};

}  // namespace penstock
