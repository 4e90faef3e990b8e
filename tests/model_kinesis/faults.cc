#include "tests/model_kinesis/faults.h"

namespace penstock::model {
namespace {

constexpr const char* kThroughput = "ProvisionedThroughputExceededException";

}  // namespace

Fault throttle() { return error_fault({400, kThroughput, "Rate exceeded (injected)."}); }
Fault internal_failure() { return error_fault({500, "InternalFailure", "Internal service failure (injected)."}); }
Fault error_fault(Error error) { return {.kind = FaultKind::error, .error = std::move(error)}; }
Fault reply_fault(Reply reply) { return {.kind = FaultKind::reply, .reply = std::move(reply)}; }
Fault refuse_records(double share, std::string record_code) {
  return {.kind = FaultKind::refuse_records, .share = share, .record_code = std::move(record_code)};
}
Fault delay(int64_t delay_ms) { return {.kind = FaultKind::delay, .delay_ms = delay_ms}; }

Fault close_before() { return {.kind = FaultKind::close}; }
Fault lose_answer() { return {.kind = FaultKind::lose_answer}; }
Fault truncate_answer() { return {.kind = FaultKind::truncate}; }
Fault expire_iterators() { return {.kind = FaultKind::expire_iterators}; }

Fault Faults::take(uint64_t request_number, std::string_view operation) {
  if (auto scripted = at_.extract(request_number)) return std::move(scripted.mapped());
  if (const auto queue = queued_.find(operation); queue != queued_.end() && !queue->second.empty()) {
    Fault fault = std::move(queue->second.front());
    queue->second.pop_front();
    return fault;
  }
  const std::pair<double, Fault> choices[] = {
      {rates_.throttle, throttle()},        {rates_.internal_failure, internal_failure()},
      {rates_.close, close_before()},       {rates_.lose_answer, lose_answer()},
      {rates_.truncate, truncate_answer()}, {rates_.delay, delay(rates_.delay_ms)},
  };
  Fault chosen;
  double point = draw();
  for (const auto& [rate, candidate] : choices) {
    if (point < rate) {
      chosen = candidate;
      break;
    }
    point -= rate;
  }
  chosen.share = rates_.refuse_records;
  return chosen;
}

std::string Faults::refusal(const Fault& fault) {
  if (fault.share <= 0 || draw() >= fault.share) return {};
  if (!fault.record_code.empty()) return fault.record_code;
  return draw() < 0.5 ? kThroughput : "InternalFailure";
}

}  // namespace penstock::model
