#include "tests/unit/fluentbit/output/fake_output.h"

#include <cstdio>

namespace penstock::fluentbit {

namespace {

int32_t set_error(penstock_error* error, int32_t code, const std::string& text) {
  if (error != nullptr) std::snprintf(error->text, sizeof error->text, "%s", text.c_str());
  return code;
}

}  // namespace

FakeOutput* FakeOutput::next = nullptr;

void FakeOutput::settle(int32_t outcome) {
  const std::lock_guard lock(mutex_);
  outcome_ = outcome;
  something_to_do_.raise();
}

void FakeOutput::keep() { settle(0); }

void FakeOutput::full_from(size_t batches) {
  const std::lock_guard lock(mutex_);
  full_from_ = batches;
}

void FakeOutput::reject_writes(int32_t result) {
  const std::lock_guard lock(mutex_);
  write_result_ = result;
}

std::vector<FakeRecord> FakeOutput::records() {
  const std::lock_guard lock(mutex_);
  return records_;
}

std::vector<std::string> FakeOutput::bodies() {
  std::vector<std::string> out;
  for (FakeRecord& record : records()) out.push_back(std::move(record.body));
  return out;
}

size_t FakeOutput::batches() {
  const std::lock_guard lock(mutex_);
  return batches_;
}

void FakeOutput::wait_for_batches(size_t count) {
  std::unique_lock lock(mutex_);
  written_.wait(lock, [&] { return batches_ >= count; });
}

int FakeOutput::pumps() {
  const std::lock_guard lock(mutex_);
  return pumps_;
}

int FakeOutput::closes() {
  const std::lock_guard lock(mutex_);
  return closes_;
}

int32_t FakeOutput::write(const penstock_batch& batch, penstock_error* error) {
  const std::lock_guard lock(mutex_);
  if (write_result_ < 0) return set_error(error, write_result_, "it accepts nothing");
  for (uint64_t i = 0; i < batch.record_count; ++i) {
    const auto& record = *reinterpret_cast<const penstock_record*>(reinterpret_cast<const char*>(batch.records) +
                                                                   i * batch.record_stride);
    records_.push_back({{record.body.data, record.body.size}, record.time_ms, record.flags});
  }
  kept_.push_back(batch.ack_id);
  ++batches_;
  written_.notify_all();
  return full() ? PENSTOCK_FULL : PENSTOCK_OK;
}

int32_t FakeOutput::pump(penstock_settled_fn settled, void* ctx, penstock_error* error) {
  const std::lock_guard lock(mutex_);
  ++pumps_;
  something_to_do_.clear();
  const int32_t outcome = closed_ ? outcome_at_close : outcome_;
  for (; outcome != 0 && !kept_.empty(); kept_.pop_front()) settled(ctx, kept_.front(), outcome);
  if (!pump_error.empty()) return set_error(error, PENSTOCK_E_IO, pump_error);
  return full() ? PENSTOCK_FULL : PENSTOCK_OK;
}

const penstock_output FakeOutput::calls = {
    sizeof(penstock_output), 0,
    [](penstock_instance* self, const penstock_batch* batch, penstock_error* error) {
      return of(self).write(*batch, error);
    },
    [](penstock_instance* self, int64_t, penstock_settled_fn settled, void* ctx, penstock_error* error) {
      return of(self).pump(settled, ctx, error);
    }};

const penstock_stage FakeOutput::stage = [] {
  penstock_stage out{};
  out.struct_size = sizeof out;
  out.kind = PENSTOCK_OUTPUT;
  out.id = "fake";
  out.output = &calls;
  out.create = [](const penstock_host*, const penstock_option*, size_t, size_t, penstock_instance** made,
                  penstock_error* error) {
    *made = nullptr;
    if (!next->create_error.empty()) return set_error(error, PENSTOCK_E_OPTIONS, next->create_error);
    *made = reinterpret_cast<penstock_instance*>(next);
    return int32_t{PENSTOCK_OK};
  };
  out.descriptor = [](penstock_instance* self) { return int32_t{of(self).something_to_do_.descriptor()}; };
  out.next_deadline_ms = [](penstock_instance*) { return INT64_MAX; };
  out.close = [](penstock_instance* self, int64_t, penstock_error*) {
    FakeOutput& it = of(self);
    const std::lock_guard lock(it.mutex_);
    ++it.closes_;
    it.closed_ = true;
    return int32_t{PENSTOCK_OK};
  };
  out.destroy = [](penstock_instance*) {};
  return out;
}();

}  // namespace penstock::fluentbit
