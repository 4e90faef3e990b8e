// Delivers chunks of the agent: writes their records to an output stage, drives it, and says what became of each
// chunk. One thread at a time; the clock is the caller's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "client/instance.h"
#include "client/pacing.h"
#include "client/repeat_limit.h"
#include "fluentbit/agent/log_relay.h"
#include "fluentbit/agent/proxy_abi.h"
#include "fluentbit/output/record_batch.h"
#include "fluentbit/output/timed_out_chunks.h"

namespace penstock::fluentbit {

// The options point into text of the caller's, which is needed during open() only.
struct DeliveryStages {
  const penstock_stage* output;
  std::vector<penstock_option> output_options;
  const penstock_receipts* receipts;  // redeems those of delivered records
  int64_t flush_timeout_ms;
};

// One chunk that the agent waits for.
struct Flush {
  std::string_view data;
  std::string_view tag;
  proxy::FlushResult result = proxy::kFlushRetry;  // set when it is ended
};

class Delivery {
 public:
  // As many chunks as that are remembered, and so long, when nothing of them is under way.
  static constexpr size_t kMaxRemembered = 4096;
  static constexpr int64_t kMaxRememberedMs = int64_t{2} * 3600 * 1000;

  // log must outlive the delivery.
  Delivery(DeliveryStages stages, RecordFormat format, LogRelay& log);
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  // Makes the instance. What failed, or "".
  std::string open();

  // Takes up a chunk. flush, its data and its tag must live until it is ended, which is after flush_timeout_ms at
  // the latest, if turn() is called by then. Throws std::bad_alloc, and has then not taken it up.
  void begin(Flush& flush, int64_t now_ms);

  // Does what there is to do, without waiting. readable: whether descriptor() is.
  void turn(int64_t now_ms, bool readable);

  // Those that the last turn() or close() has ended, also where it threw std::bad_alloc. Their results:
  //   kFlushOk     every record of it is delivered, or in the failure file
  //   kFlushRetry  not yet; what was written goes on being delivered, and is not written again when it comes again
  //   kFlushError  nothing of it could be read as log events; it is in the failure file
  const std::vector<Flush*>& ended() const { return ended_; }

  // When it wants to be called next, on CLOCK_MONOTONIC, and what else it waits for until then; -1: nothing.
  int64_t next_ms(int64_t now_ms) const;
  int descriptor(int64_t now_ms) const { return pacing_.descriptor(now_ms); }

  // Delivers what can be delivered until deadline_ms, and ends all flushes. The rest is left to the agent.
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
  void log_failure(const std::string& text);
  void tell_unreadable(const Flush& flush);
  void tell_without_log_key();

  DeliveryStages stages_;
  RecordBatch batch_;
  LogRelay& log_;
  client::Instance output_;
  client::Pacing pacing_{output_};

  std::vector<Waiting> waiting_;                  // in the order in which they came
  std::vector<Flush*> ended_;                     // has room for all of waiting_
  std::map<uint64_t, ChunkProgress*> under_way_;  // by the ack_id of each batch that is not settled
  uint64_t last_ack_id_ = 0;
  TimedOutChunks timed_out_{kMaxRemembered, kMaxRememberedMs};

  bool full_ = false;
  bool written_ = false;  // since the last pump
  int64_t now_ms_ = 0;
  client::RepeatLimit repeats_{kRepeatIntervalMs};  // of failures
  bool closed_ = false;
  uint64_t chunks_given_back_ = 0;
  uint64_t without_log_key_ = 0;  // events left out that were not yet told of
  int64_t told_log_key_ms_ = INT64_MIN;
};

}  // namespace penstock::fluentbit
