// Delivers the agent's chunks: writes their records to an output stage, drives it, and reports the result of each
// chunk. One thread at a time; the caller provides the time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "base/repeat_limit.h"
#include "client/instance.h"
#include "client/pacing.h"
#include "fluentbit/agent/agent_metrics.h"
#include "fluentbit/agent/log_relay.h"
#include "fluentbit/agent/proxy_abi.h"
#include "fluentbit/output/record_batch.h"
#include "fluentbit/output/timed_out_chunks.h"

namespace penstock::fluentbit {

// The options point into text of the caller, which is needed only during open().
struct DeliveryStages {
  const penstock_stage* output;
  std::vector<penstock_option> output_options;
  const penstock_receipts* receipts;  // to redeem the receipts of delivered records
  int64_t flush_timeout_ms;
};

// A chunk that the agent waits for.
struct Flush {
  std::string_view data;
  std::string_view tag;
  proxy::FlushResult result = proxy::kFlushRetry;  // set when the flush ends
};

class Delivery {
 public:
  // Limits of number and age for remembered chunks that have no batch in flight.
  static constexpr size_t kMaxRemembered = 4096;
  static constexpr int64_t kMaxRememberedMs = int64_t{2} * 3600 * 1000;

  // log must outlive the delivery.
  Delivery(DeliveryStages stages, RecordFormat format, LogRelay& log);
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  // Creates the instance. Returns the problem, or "".
  std::string open();
  // Shows its statistics among the agent's metrics, from then on. instance: the agent's, which outlives the
  // delivery; name: its name. REQUIRES: open() succeeded.
  void show_metrics(void* instance, std::string_view name) {
    metrics_.open(AgentMetrics::kOfOutput, instance, name, output_);
  }

  // Accepts a chunk. flush, its data and its tag must live until it is in ended(), which is after
  // flush_timeout_ms at the latest, provided that turn() is called then. If begin() throws std::bad_alloc, the
  // chunk is not accepted.
  void begin(Flush& flush, int64_t now_ms);

  // Does all work that is due, without waiting. readable: whether descriptor() is readable.
  void turn(int64_t now_ms, bool readable);

  // Returns the flushes that the last turn() or close() ended, even if it threw std::bad_alloc. Their results:
  //   kFlushOk     each record is delivered, or in the dead-letter file
  //   kFlushRetry  not finished; what was written continues to be delivered, and is not written again on a retry
  //   kFlushError  no part of the chunk is a log event; it is in the dead-letter file
  const std::vector<Flush*>& ended() const { return ended_; }

  // The time of the next turn, on CLOCK_MONOTONIC, and the descriptor to wait for until then; -1: no descriptor.
  int64_t next_ms(int64_t now_ms) const;
  int descriptor(int64_t now_ms) const { return pacing_.descriptor(now_ms); }

  // Delivers what it can until deadline_ms, and ends all flushes. The agent keeps the rest.
  void close(int64_t deadline_ms);

 private:
  struct Waiting {
    Flush* flush;
    std::unique_ptr<ChunkProgress> progress;
    int64_t deadline_ms;
  };

  static void on_settled(void* ctx, uint64_t ack_id, int32_t outcome) noexcept;

  bool can_write() const;
  void write_waiting();
  bool write_batch(const Flush& flush, ChunkProgress& progress);
  void pump();
  bool redeem(ChunkProgress& progress) const noexcept;
  void end_flushes();
  bool end_flush(Waiting& one);
  void log_failure(const client::Error& error, int32_t result);
  void log_repeatable(int32_t level, const std::string& coded_text);
  void log_unreadable(const Flush& flush);
  void log_without_log_key();

  DeliveryStages stages_;
  RecordBatch batch_;
  LogRelay& log_;
  client::Instance output_;
  client::Pacing pacing_{output_};
  AgentMetrics metrics_;

  std::vector<Waiting> waiting_;                  // in order of arrival
  std::vector<Flush*> ended_;                     // has room for all of waiting_
  std::map<uint64_t, ChunkProgress*> under_way_;  // by the ack_id of each unsettled batch
  uint64_t last_ack_id_ = 0;
  TimedOutChunks timed_out_{kMaxRemembered, kMaxRememberedMs};

  bool full_ = false;
  bool written_ = false;  // since the last pump
  int64_t now_ms_ = 0;
  RepeatLimit repeats_{kRepeatIntervalMs};  // of failures
  bool closed_ = false;
  uint64_t chunks_given_back_ = 0;
  uint64_t without_log_key_ = 0;  // events left out that are not yet reported
  int64_t log_key_logged_ms_ = INT64_MIN;
};

}  // namespace penstock::fluentbit
