// The instances of a plan, and the way of a batch through them: from an input through its filters to its outputs,
// and its outcome back. Who calls them when is the loop's matter (loop.h).
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
  bool full = false;     // give no more until a pump() has made room
  bool written = false;  // since the last pump()
  bool ended = false;    // will never take anything again
  size_t unsettled = 0;  // pieces that it has taken and not settled
};

struct Input {
  std::unique_ptr<RunningStage> stage;
  std::vector<RunningStage*> filters;
  std::vector<Output*> outputs;
  bool ended = false;           // will never emit anything again
  bool refused = false;         // in the last poll() nobody took what it emitted
  int64_t batches_emitted = 0;  // that were taken

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

  // Makes all instances. False: problem says what could not be made and why.
  bool open(const Plan& plan, Problem& problem);

  // The calls of the ABI with deadline 0, their failures logged; below 0 where they failed.
  int32_t poll(Input& input, int64_t now_ms);
  int32_t pump(Input& input, int64_t now_ms);
  int32_t pump(Output& output, int64_t now_ms);

  // Tells the inputs what was settled. Not from inside a call on an instance. An input that cannot take it now,
  // for want of memory, is told again by the next: without it the record would hold its checkpoint for ever.
  void deliver_acks(int64_t now_ms);

  // Ends the outputs, which may send until outputs_deadline_ms, settles all that is left as given back, tells the
  // inputs and ends them, who may save until deadline_ms. False: something could not be saved; the log says what.
  bool close(int64_t now_ms, int64_t outputs_deadline_ms, int64_t deadline_ms);

  std::vector<Input>& inputs() { return inputs_; }
  std::vector<Output>& outputs() { return outputs_; }
  const std::vector<std::unique_ptr<RunningStage>>& filters() const { return filters_; }
  size_t in_flight() const { return fan_in_.in_flight() + unacked_.size(); }
  bool has_unacked() const { return !unacked_.empty(); }  // deliver_acks() has more to do
  int64_t released() const { return released_; }          // batches, so far
  int64_t settlements() const { return settlements_; }    // by outputs, so far

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
  std::vector<Output> outputs_;  // not resized once inputs_ point into it
  std::vector<Input> inputs_;
  FanInTracker fan_in_;
  std::vector<FanInTracker::Settled> settled_;
  std::vector<FanInTracker::Settled> unacked_;  // what the inputs are to be told yet
  int64_t now_ms_ = 0;                          // of the call under way
  int64_t released_ = 0;
  int64_t settlements_ = 0;
  Output* settling_ = nullptr;  // whose pump() is under way
};

}  // namespace penstock::host
