#include "client/instance.h"

#include "client/has.h"

namespace penstock::client {

Instance::~Instance() {
  if (self_ != nullptr) stage_.destroy(self_);
}

std::string Instance::open(const penstock_host* host, const std::vector<penstock_option>& options) {
  Error error;
  const int32_t result =
      stage_.create(host, options.data(), options.size(), sizeof(penstock_option), &self_, &error);
  if (result < 0 || self_ == nullptr) return error.describe(result);
  if (stage_.descriptor != nullptr) descriptor_ = stage_.descriptor(self_);
  return {};
}

int64_t Instance::next_deadline_ms() const {
  return stage_.next_deadline_ms == nullptr ? INT64_MAX : stage_.next_deadline_ms(self_);
}

void Instance::stats(penstock_stat_fn stat, void* ctx) const {
  if (stage_.stats != nullptr) stage_.stats(self_, stat, ctx);
}

int32_t Instance::close(int64_t deadline_ms, Error& error) {
  return stage_.close == nullptr ? PENSTOCK_OK : stage_.close(self_, deadline_ms, &error);
}

int32_t Instance::poll(penstock_emit_fn emit, void* ctx, Error& error) {
  return stage_.input->poll(self_, 0, emit, ctx, &error);
}

int32_t Instance::ack(uint64_t ack_id, int32_t outcome, Error& error) {
  return stage_.input->ack(self_, ack_id, outcome, &error);
}

int32_t Instance::pump_input(Error& error) {
  return PENSTOCK_HAS(stage_.input, pump) ? stage_.input->pump(self_, 0, &error) : PENSTOCK_OK;
}

int32_t Instance::apply(const penstock_batch& batch, penstock_emit_fn emit, void* ctx, Error& error) {
  return stage_.filter->apply(self_, &batch, emit, ctx, &error);
}

int32_t Instance::write(const penstock_batch& batch, Error& error) {
  return stage_.output->write(self_, &batch, &error);
}

int32_t Instance::pump_output(penstock_settled_fn settled, void* ctx, Error& error) {
  return stage_.output->pump(self_, 0, settled, ctx, &error);
}

}  // namespace penstock::client
