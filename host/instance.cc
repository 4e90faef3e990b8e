#include "host/instance.h"

#include <algorithm>
#include <cstring>

#include "host/text.h"

namespace penstock::host {

namespace {

constexpr int64_t kRepeatIntervalMs = 10'000;

void log_line(void* ctx, int32_t level, penstock_bytes text) noexcept {
  static_cast<Instance*>(ctx)->log(level, {text.data, text.size});
}

}  // namespace

std::string Error::describe(int32_t result) const {
  const std::string reason(text, strnlen(text, sizeof text));
  return reason.empty() ? "failed with code " + std::to_string(result) + " and gave no reason" : printable(reason);
}

Instance::Instance(const StagePlan& plan, Log& log)
    : stage_(*plan.stage), label_(plan.label), log_(log), repeats_(kRepeatIntervalMs) {}

std::unique_ptr<Instance> Instance::create(const StagePlan& plan, Log& log, std::string& error) {
  std::unique_ptr<Instance> out(new Instance(plan, log));
  penstock_host host{};
  host.struct_size = sizeof host;
  host.ctx = out.get();
  host.log = log_line;
  const std::vector<penstock_option> options = abi_options(plan.options);
  Error reason;
  const int32_t result =
      plan.stage->create(&host, options.data(), options.size(), sizeof(penstock_option), &out->self_, &reason);
  if (result < 0 || out->self_ == nullptr) {
    error = reason.describe(result);
    return nullptr;
  }
  if (plan.stage->descriptor != nullptr) out->descriptor_ = plan.stage->descriptor(out->self_);
  return out;
}

Instance::~Instance() { stage_.destroy(self_); }

int64_t Instance::next_deadline_ms() const {
  return stage_.next_deadline_ms == nullptr ? INT64_MAX : stage_.next_deadline_ms(self_);
}

void Instance::stats(penstock_stat_fn stat, void* ctx) const {
  if (stage_.stats != nullptr) stage_.stats(self_, stat, ctx);
}

int32_t Instance::close(int64_t deadline_ms) {
  if (stage_.close == nullptr) return PENSTOCK_OK;
  Error error;
  const int32_t result = stage_.close(self_, deadline_ms, &error);
  if (result < 0) log(PENSTOCK_LOG_ERROR, "closing: " + error.describe(result));
  return result;
}

void Instance::log_failure(int32_t result, const Error& error, int64_t now_ms) {
  if (const auto text = repeats_.pass(error.describe(result), now_ms)) log(PENSTOCK_LOG_ERROR, *text);
}

}  // namespace penstock::host
