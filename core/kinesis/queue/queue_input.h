// The input of a queue: receives its records within a memory limit, decodes them into batches of log events, and
// acknowledges each record once its batches are settled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "abi/penstock.h"
#include "core/aws/service_client.h"
#include "core/env.h"
#include "core/kinesis/dead_letter_file.h"
#include "core/kinesis/input/batch_source.h"
#include "core/kinesis/input/record_decoder.h"
#include "core/kinesis/input/record_limits.h"
#include "core/kinesis/log_group_volumes.h"
#include "core/kinesis/queue/in_flight_records.h"
#include "core/kinesis/queue/queue_name.h"
#include "core/kinesis/queue/queue_receiver.h"
#include "core/kinesis/queue/queue_watcher.h"
#include "core/log_throttle.h"

namespace penstock::kinesis {

struct QueueInputOptions {
  int64_t wait_s = kMaxWaitS;  // see QueueReceiver
  int64_t stuck_warning_ms = 300'000;
  size_t mem_limit_bytes = 24 << 20;
  DecodeOptions decode = {};
  RecordLimits limits = {};
  size_t top_log_groups = 20;
};

// Queue input [instance-thread]. poll() and pump() also drive env.transport. A queue has no shards and no order:
// records are emitted as they come, one at a time. A record's RecordId is its sequence number, and its shard ID is
// empty. REQUIRES: the transport is destroyed before the input.
class QueueInput : public BatchSource {
 public:
  // dead_letter_file: nullptr leaves undecodable records to the queue. REQUIRES: all references outlive the input.
  QueueInput(Env& env, aws::ServiceClient& client, const QueueName& queue, DeadLetterFile* dead_letter_file,
             const QueueInputOptions& options);

  int32_t poll(int64_t deadline_ms, penstock_emit_fn emit, void* emit_ctx) override;
  void pump(int64_t deadline_ms) override;
  bool ack(uint64_t ack_id, int32_t outcome) override { return in_flight_.ack(ack_id, outcome); }

  int64_t next_deadline_ms() const override;
  void stats(const MetricsSink& metrics) const override;

  // Writes the dead letters that are not written yet, acknowledges what is settled, and makes all other records
  // visible to other consumers.
  Status close(int64_t deadline_ms) override;

 private:
  void finish_receiving(int64_t until_ms);
  bool release_all(int64_t deadline_ms);
  // Position up to which the current record was emitted.
  struct Emitting {
    std::optional<DecodePosition> through;  // the last user record that was begun, and its last batch
    int64_t rejections = 0;                 // times that emit rejected a batch of the user record
    bool in_user_record = false;            // false: go to the next one
    bool batch_waits = false;               // the batch must be emitted, for the first time or again
  };

  // Runs work. If it throws, the next call recovers from the interrupted state first.
  template <typename Work>
  auto guarded(const Work& work);
  void turn(int64_t deadline_ms);
  void advance();
  void on_described(const QueueDescription& description);
  size_t other_bytes() const { return decoder_.buffer_bytes() + in_flight_.held_bytes(); }
  size_t held_bytes() const { return other_bytes() + receiver_.held_bytes(); }

  int32_t emit_contained(penstock_emit_fn emit, void* emit_ctx, bool& emitted);
  int32_t emit_some(penstock_emit_fn emit, void* emit_ctx, bool& emitted);
  bool may_go_on() const;
  void begin_record();
  void resume_record();
  bool next_batch();
  bool begin_user_record();
  void finish_user_record();
  void finish_record();
  void abandon_record();
  Status given_up() const;
  void fail_user_record(const Status& why);
  void log_unknown_type();

  Env& env_;
  aws::ServiceClient& client_;
  const QueueInputOptions options_;
  const bool leaves_dead_letters_;  // to the queue
  LogThrottle throttle_;
  QueueWatcher watcher_;
  InFlightRecords in_flight_;
  QueueReceiver receiver_;
  std::string stream_;  // that the queue is on; its ID until it is known
  bool missing_dead_letters_logged_ = false;

  // The record that is being emitted: the receiver's first.
  RecordDecoder decoder_;
  ReceiveNumber current_ = 0;  // 0: begin the next record
  Emitting emitting_;
  penstock_batch batch_ = {};
  bool needs_recovery_ = false;    // the last turn threw
  bool full_ = false;              // emit returned FULL; wait for the next poll()
  bool receives_ = true;           // false: the last call was pump()
  int64_t enough_text_bytes_ = 0;  // value of decoder_.text_bytes() at which this poll() stops decoding
  int64_t emit_again_ms_ = 0;      // next try after emit rejected a batch
  bool unknown_type_logged_ = false;
  int64_t batches_out_ = 0;
  LogGroupVolumes volumes_;
};

}  // namespace penstock::kinesis
