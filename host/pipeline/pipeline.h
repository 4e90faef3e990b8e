// The instances of a plan, and the path of a batch through them: from an input through its filters to its outputs,
// and its outcome back. The loop (loop.h) decides when to call them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "abi/penstock.h"
#include "host/pipeline/fan_in_tracker.h"
#include "host/plan/plan.h"
#include "host/plan/running_stage.h"
#include "host/util/log.h"

namespace penstock::host {

struct Output {
  std::unique_ptr<RunningStage> stage;
  bool full = false;        // do not write until a pump() has made room
  bool written = false;     // since the last pump()
  bool ended = false;       // will not accept anything again
  size_t unsettled = 0;     // pieces that it has accepted and not settled
  int64_t progress_ms = 0;  // when it last settled one, or accepted one while there were no others
};

struct Input {
  std::unique_ptr<RunningStage> stage;
  std::vector<RunningStage*> filters;
  std::vector<Output*> outputs;
  bool ended = false;           // will not emit anything again
  bool refused = false;         // in the last poll(), a batch that it emitted was rejected
  int64_t batches_emitted = 0;  // batches that were accepted

  bool blocked() const {
    for (const Output* output : outputs)
      if (output->full) return true;
    return false;
  }
};

class Pipeline {
 public:
  explicit Pipeline(Log& log) : log_(log) {}
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Creates all instances. On failure returns false; problem has the stage and the reason.
  bool open(const Plan& plan, Problem& problem);

  // Make the ABI's calls with deadline 0, and log failures. A result below 0 is a failure.
  int32_t poll(Input& input, int64_t now_ms);
  int32_t pump(Input& input, int64_t now_ms);
  int32_t pump(Output& output, int64_t now_ms);

  // Reports settled batches to the inputs. REQUIRES: not called during a call on an instance. If an input cannot
  // accept one now, because memory is short, the next call retries it: otherwise the record would hold back the
  // checkpoint forever.
  void deliver_acks(int64_t now_ms);

  // Records that the loop reads no more, and waits for what is in flight.
  void begin_drain() { draining_ = true; }
  bool draining() const { return draining_; }

  // Closes the outputs, which may send until outputs_deadline_ms; settles all other batches as released; reports
  // them to the inputs; and closes the inputs, which may save until deadline_ms. Returns false if something could
  // not be saved, after logging it.
  bool close(int64_t now_ms, int64_t outputs_deadline_ms, int64_t deadline_ms);

  std::vector<Input>& inputs() { return inputs_; }
  std::vector<Output>& outputs() { return outputs_; }
  const std::vector<std::unique_ptr<RunningStage>>& filters() const { return filters_; }
  size_t in_flight() const { return fan_in_.in_flight() + unacked_.size(); }
  bool has_unacked() const { return !unacked_.empty(); }  // deliver_acks() has more to do
  int64_t released() const { return released_; }          // total batches
  int64_t settlements() const { return settlements_; }    // total, by outputs

 private:
  struct BatchRoute;
  struct FilterStep;

  static int32_t on_emit(void* ctx, const penstock_batch* batch) noexcept;
  static int32_t on_filtered(void* ctx, const penstock_batch* batch) noexcept;
  static void on_settled(void* ctx, uint64_t ack_id, int32_t outcome) noexcept;

  bool ack(const FanInTracker::Settled& settled, int64_t now_ms);
  int32_t enter(size_t input, const penstock_batch& batch);
  int32_t forward(BatchRoute& route, size_t step, const penstock_batch& batch);
  int32_t filter(BatchRoute& route, size_t step, const penstock_batch& batch);
  int32_t write(BatchRoute& route, const penstock_batch& batch);

  Log& log_;
  std::vector<std::unique_ptr<RunningStage>> filters_;
  std::vector<Output> outputs_;  // not resized after inputs_ point into it
  std::vector<Input> inputs_;
  FanInTracker fan_in_;
  std::vector<FanInTracker::Settled> settled_;
  std::vector<FanInTracker::Settled> unacked_;  // not yet reported to the inputs
  int64_t now_ms_ = 0;                          // of the current call
  int64_t released_ = 0;
  int64_t settlements_ = 0;
  bool draining_ = false;
  Output* settling_ = nullptr;  // the output whose pump() is running
};

}  // namespace penstock::host
