// Reads the stream: drives the input stage and its filter, converts batches to chunks, and settles a batch when
// the agent has accepted it or our output has delivered it. One thread at a time; the caller provides the time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "base/repeat_limit.h"
#include "client/error.h"
#include "client/instance.h"
#include "client/pacing.h"
#include "fluentbit/agent/agent_metrics.h"
#include "fluentbit/agent/log_relay.h"
#include "fluentbit/input/chunk_queue.h"
#include "fluentbit/input/chunk_writer.h"
#include "fluentbit/input/outstanding.h"

namespace penstock::fluentbit {

// The options point into text of the caller, which is needed only during open().
struct ReaderStages {
  const penstock_stage* input = nullptr;
  std::vector<penstock_option> input_options;
  const penstock_stage* filter = nullptr;  // nullptr: records pass unchanged
  std::vector<penstock_option> filter_options;
  // A batch is settled when its receipts are redeemed; nullptr: when the agent has accepted it.
  const penstock_receipts* receipts = nullptr;
  size_t max_unacknowledged_bytes = 0;  // with receipts: reading stops at this size
};

class Reader {
 public:
  // queue and log must outlive the reader.
  Reader(ReaderStages stages, ChunkFormat format, ChunkQueue& queue, LogRelay& log);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Creates the instances. Returns the problem, or "".
  std::string open();
  // Shows their statistics among the agent's metrics, from then on. instance: the agent's, which outlives the
  // reader; name: its name. REQUIRES: open() succeeded.
  void show_metrics(void* instance, std::string_view name);

  // Does all work that is due, without waiting: settles batches, then reads unless the queue or outstanding_ is
  // full. readable: whether descriptor() is readable. Returns whether chunks were pushed.
  bool turn(int64_t now_ms, bool readable);

  // The time of the next turn, not before now_ms, and the descriptor to wait for until then; -1: no descriptor.
  int64_t next_ms(int64_t now_ms) const;
  int descriptor(int64_t now_ms) const { return pacing_.descriptor(now_ms); }

  // Settles what the agent has accepted and saves checkpoints, until deadline_ms. The rest is read again later.
  void close(int64_t deadline_ms);

 private:
  static int32_t on_emit(void* ctx, const penstock_batch* batch) noexcept;
  static int32_t on_filtered(void* ctx, const penstock_batch* batch) noexcept;
  static void on_redeemed(void* ctx, uint64_t ack_id, int32_t outcome) noexcept;

  struct Settled {
    uint64_t ack_id;
    int32_t outcome;
  };

  void settle();
  bool ack(const Settled& batch);
  bool full(size_t more_bytes) const;
  void poll(int64_t now_ms);
  void pump(int64_t now_ms);
  bool push();
  int32_t take(const penstock_batch& batch);
  int32_t transform(const penstock_batch& batch);
  int32_t refuse(int32_t code);
  void issue_receipts(uint64_t ack_id);
  void redeem_rest();
  void add_records(const penstock_batch& batch);
  void log_failure(std::string_view context, const client::Error& error, int32_t result) noexcept;

  ReaderStages stages_;
  ChunkWriter writer_;
  ChunkQueue& queue_;
  LogRelay& log_;
  client::Instance input_;
  std::optional<client::Instance> filter_;
  penstock_ledger* ledger_ = nullptr;

  Outstanding outstanding_;
  std::vector<Chunk> ready_;      // on their way to the queue
  std::vector<Chunk> done_;       // settled chunks from the queue
  std::vector<Settled> settled_;  // not yet passed to the input; has room for all of outstanding_

  // State of the current batch.
  uint64_t records_given_ = 0;
  std::string receipts_;  // of records_given_ records
  size_t records_added_ = 0;
  size_t bytes_taken_ = 0;  // since the last push()
  bool refused_ = false;

  AgentMetrics input_metrics_, filter_metrics_;
  client::InputPacing pacing_{input_};
  bool ack_again_ = false;
  bool ended_ = false;
  int64_t now_ms_ = 0;
  RepeatLimit repeats_{kRepeatIntervalMs};  // of failures
};

}  // namespace penstock::fluentbit
