#include "host/pipeline/pipeline.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <iterator>

#include "base/coded_text.h"

namespace penstock::host {

// The route of one batch of an input; on the stack of the input's emit.
struct Pipeline::BatchRoute {
  Pipeline* pipeline;
  Input* input;
  uint64_t id;
  bool taken = false;    // an output has accepted at least a piece of it
  bool refused = false;  // no output accepted it; the input emits it again
  bool full = false;     // an output is full
};

// The emit_ctx of a filter: where its output goes next.
struct Pipeline::FilterStep {
  BatchRoute* route;
  size_t next;
};

namespace {

struct EmitContext {
  Pipeline* pipeline;
  size_t input;
};

// Offsets at which the fields of a batch end, in order.
constexpr size_t kBatchFieldEnds[] = {0,
                                      offsetof(penstock_batch, record_stride),
                                      offsetof(penstock_batch, ack_id),
                                      offsetof(penstock_batch, records),
                                      offsetof(penstock_batch, record_count),
                                      offsetof(penstock_batch, log_group),
                                      offsetof(penstock_batch, log_stream),
                                      offsetof(penstock_batch, owner),
                                      offsetof(penstock_batch, region),
                                      offsetof(penstock_batch, stream),
                                      offsetof(penstock_batch, shard_id),
                                      offsetof(penstock_batch, sequence_number),
                                      offsetof(penstock_batch, sub_sequence_number),
                                      offsetof(penstock_batch, partition_key),
                                      offsetof(penstock_batch, arrival_time_ms),
                                      offsetof(penstock_batch, central_log_group),
                                      sizeof(penstock_batch)};

// Returns the fields that struct_size covers completely; all others are empty.
penstock_batch known_part(const penstock_batch& batch) {
  penstock_batch out{};
  const size_t* const end =
      std::upper_bound(std::begin(kBatchFieldEnds), std::end(kBatchFieldEnds), batch.struct_size);
  std::memcpy(&out, &batch, *(end - 1));
  out.struct_size = sizeof out;
  return out;
}

}  // namespace

bool Pipeline::open(const Plan& plan, Problem& problem) {
  const auto start = [&](const StagePlan& stage) {
    std::string error;
    auto started = RunningStage::open(stage, log_, error);
    if (!started) problem = Problem::of_stage(stage.place, in_context("cannot start " + stage.label, error));
    return started;
  };
  // Inputs last, so that none is open if an output or a filter does not start.
  for (const StagePlan& stage : plan.outputs) {
    outputs_.push_back({start(stage)});
    if (!outputs_.back().stage) return false;
  }
  for (const StagePlan& stage : plan.filters) {
    filters_.push_back(start(stage));
    if (!filters_.back()) return false;
  }
  for (size_t i = 0; i < plan.inputs.size(); ++i) {
    Input input;
    input.stage = start(plan.inputs[i]);
    if (!input.stage) return false;
    for (const size_t filter : plan.routes[i].filters) input.filters.push_back(filters_[filter].get());
    for (const size_t output : plan.routes[i].outputs) input.outputs.push_back(&outputs_[output]);
    inputs_.push_back(std::move(input));
  }
  return true;
}

int32_t Pipeline::poll(Input& input, int64_t now_ms) {
  now_ms_ = now_ms;
  input.refused = false;
  EmitContext context{this, static_cast<size_t>(&input - inputs_.data())};
  client::Error error;
  const int32_t result = input.stage->instance.poll(on_emit, &context, error);
  if (result == PENSTOCK_END) input.ended = true;
  if (!input.refused) input.stage->log.result(StageLog::Call::poll, result, error, now_ms);
  return result;
}

int32_t Pipeline::pump(Input& input, int64_t now_ms) {
  client::Error error;
  const int32_t result = input.stage->instance.pump_input(error);
  input.stage->log.result(StageLog::Call::pump, result, error, now_ms);
  return result;
}

int32_t Pipeline::pump(Output& output, int64_t now_ms) {
  now_ms_ = now_ms;
  output.written = false;
  settling_ = &output;
  client::Error error;
  const int32_t result = output.stage->instance.pump_output(on_settled, this, error);
  if (result == PENSTOCK_OK || result == PENSTOCK_FULL) output.full = result == PENSTOCK_FULL;
  if (result == PENSTOCK_END) output.ended = true;
  output.stage->log.result(StageLog::Call::pump, result, error, now_ms);
  return result;
}

void Pipeline::deliver_acks(int64_t now_ms) {
  fan_in_.take_settled(settled_);
  for (const FanInTracker::Settled& settled : settled_) {
    if (settled.outcome == PENSTOCK_RELEASED) ++released_;
    unacked_.push_back(settled);
  }
  std::erase_if(unacked_, [&](const FanInTracker::Settled& settled) { return ack(settled, now_ms); });
}

// Acknowledges a batch. Returns false if it must be retried.
bool Pipeline::ack(const FanInTracker::Settled& settled, int64_t now_ms) {
  RunningStage& stage = *inputs_[settled.input].stage;
  client::Error error;
  const int32_t result = stage.instance.ack(settled.ack_id, settled.outcome, error);
  stage.log.result(StageLog::Call::ack, result, error, now_ms);
  return result >= 0 || error.retryable == 0;
}

bool Pipeline::close(int64_t now_ms, int64_t outputs_deadline_ms, int64_t deadline_ms) {
  bool saved = true;
  for (Output& output : outputs_) {
    saved = output.stage->close(outputs_deadline_ms) >= 0 && saved;
    pump(output, now_ms);  // delivers the remaining settlements
  }
  fan_in_.release_all();
  deliver_acks(now_ms);
  for (const auto& filter : filters_) saved = filter->close(deadline_ms) >= 0 && saved;
  for (Input& input : inputs_) saved = input.stage->close(deadline_ms) >= 0 && saved;
  return saved;
}

int32_t Pipeline::on_emit(void* ctx, const penstock_batch* batch) noexcept {
  const EmitContext& context = *static_cast<const EmitContext*>(ctx);
  return context.pipeline->enter(context.input, *batch);
}

int32_t Pipeline::on_filtered(void* ctx, const penstock_batch* batch) noexcept {
  const FilterStep& step = *static_cast<const FilterStep*>(ctx);
  return step.route->pipeline->forward(*step.route, step.next, *batch);
}

void Pipeline::on_settled(void* ctx, uint64_t ack_id, int32_t outcome) noexcept {
  Pipeline& pipeline = *static_cast<Pipeline*>(ctx);
  if (pipeline.fan_in_.settle(ack_id, outcome)) {
    ++pipeline.settlements_;
    --pipeline.settling_->unsettled;
    pipeline.settling_->progress_ms = pipeline.now_ms_;
  } else {
    pipeline.log_.error(
        "PS0913", pipeline.settling_->stage->log.label(),
        "a defect in this output: it settled a batch that it had not accepted; batch: " + std::to_string(ack_id));
  }
}

int32_t Pipeline::enter(size_t index, const penstock_batch& batch) {
  Input& input = inputs_[index];
  penstock_batch named = known_part(batch);
  const uint64_t id = fan_in_.open(index, batch.ack_id);
  named.ack_id = id;
  BatchRoute route{this, &input, id};
  const int32_t result = forward(route, 0, named);
  if (route.refused) {
    fan_in_.cancel(id);
    input.refused = true;
    return result;
  }
  ++input.batches_emitted;
  fan_in_.unref(id);
  return route.full ? PENSTOCK_FULL : PENSTOCK_OK;
}

int32_t Pipeline::forward(BatchRoute& route, size_t step, const penstock_batch& batch) {
  if (route.refused) return PENSTOCK_E_STATE;
  const int32_t result = step < route.input->filters.size() ? filter(route, step, batch) : write(route, batch);
  if (result < 0) return result;
  return route.full ? PENSTOCK_FULL : PENSTOCK_OK;
}

int32_t Pipeline::filter(BatchRoute& route, size_t step, const penstock_batch& batch) {
  RunningStage& stage = *route.input->filters[step];
  FilterStep next{&route, step + 1};
  client::Error error;
  const int32_t result = stage.instance.apply(batch, on_filtered, &next, error);
  if (route.refused && result < 0) return result;  // a later step rejected it, and has logged it
  stage.log.result(StageLog::Call::apply, result, error, now_ms_);
  if (result >= 0) return PENSTOCK_OK;
  if (result != PENSTOCK_E_DATA && error.retryable != 0 && !route.taken) {
    route.refused = true;
    return result;
  }
  // What the filter could process is on its way. The rest is lost here, so the source must not count it as done.
  fan_in_.worsen(route.id, PENSTOCK_RELEASED);
  return PENSTOCK_OK;
}

int32_t Pipeline::write(BatchRoute& route, const penstock_batch& batch) {
  int32_t refusal = PENSTOCK_OK;
  for (Output* output : route.input->outputs) {
    penstock_batch named = known_part(batch);
    named.ack_id = route.id;
    client::Error error;
    const int32_t result = output->stage->instance.write(named, error);
    output->stage->log.result(StageLog::Call::write, result, error, now_ms_);
    if (result < 0) {
      refusal = result;
      continue;
    }
    fan_in_.add(route.id);
    route.taken = true;
    output->written = true;
    if (output->unsettled++ == 0) output->progress_ms = now_ms_;
    if (result == PENSTOCK_FULL) output->full = route.full = true;
  }
  if (refusal == PENSTOCK_OK) return PENSTOCK_OK;
  if (!route.taken) {
    route.refused = true;
    return refusal;
  }
  fan_in_.worsen(route.id, PENSTOCK_RELEASED);
  return PENSTOCK_OK;
}

}  // namespace penstock::host
