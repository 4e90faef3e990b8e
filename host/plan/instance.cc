#include "host/plan/instance.h"

namespace penstock::host {

namespace {

constexpr int64_t kRepeatIntervalMs = 10'000;

void log_line(void* ctx, int32_t level, penstock_bytes text) noexcept {
  static_cast<Instance*>(ctx)->log(level, {text.data, text.size});
}

}  // namespace

Instance::Instance(const StagePlan& plan, Log& log)
    : stage_(*plan.stage), label_(plan.label), log_(log), repeats_(kRepeatIntervalMs) {}

std::unique_ptr<Instance> Instance::create(const StagePlan& plan, Log& log, std::string& error) {
  std::unique_ptr<Instance> out(new Instance(plan, log));
  penstock_host host{};
  host.struct_size = sizeof host;
  host.ctx = out.get();
  host.log = log_line;
  const std::vector<penstock_option> options = abi_options(plan.options);
  client::Error reason;
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
  client::Error error;
  const int32_t result = stage_.close(self_, deadline_ms, &error);
  if (result < 0) log(PENSTOCK_LOG_ERROR, "closing: " + error.describe(result));
  return result;
}

void Instance::log_result(Call call, int32_t result, const client::Error& error, int64_t now_ms) {
  static constexpr std::array<const char*, 5> kNames = {"poll", "pump", "apply", "write", "ack"};
  Outage& outage = outages_[static_cast<size_t>(call)];
  if (result >= 0) {
    if (outage.logged) {
      log(PENSTOCK_LOG_INFO, std::string(kNames[static_cast<size_t>(call)]) + " succeeds again; it failed " +
                                 std::to_string(outage.failures) + " times in " +
                                 std::to_string(now_ms - outage.since_ms) + " ms");
    }
    outage = {};
    return;
  }
  const std::optional<std::string> text = repeats_.pass(error.describe(result), now_ms);
  if (text) log(PENSTOCK_LOG_ERROR, *text);
  if (error.retryable == 0) return;
  if (outage.failures++ == 0) outage.since_ms = now_ms;
  if (text) outage.logged = true;
}

}  // namespace penstock::host
