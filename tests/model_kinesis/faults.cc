#include "tests/model_kinesis/faults.h"

#include <algorithm>

namespace penstock::model {
namespace {

constexpr const char* kThroughput = "ProvisionedThroughputExceededException";

}  // namespace

Fault throttle() { return error_fault({400, kThroughput, "Rate exceeded (injected)."}); }
Fault internal_failure() { return error_fault({500, "InternalFailure", "Internal service failure (injected)."}); }
Fault error_fault(Error error) { return {.kind = FaultKind::error, .error = std::move(error)}; }
Fault reply_fault(Reply reply) { return {.kind = FaultKind::reply, .reply = std::move(reply)}; }
Fault reject_records(double share, std::string record_code) {
  return {.kind = FaultKind::reject_records, .share = share, .record_code = std::move(record_code)};
}
Fault delay(int64_t delay_ms) { return {.kind = FaultKind::delay, .delay_ms = delay_ms}; }

Fault close_before() { return {.kind = FaultKind::close}; }
Fault lose_response() { return {.kind = FaultKind::lose_response}; }
Fault truncate_response() { return {.kind = FaultKind::truncate}; }
Fault expire_iterators() { return {.kind = FaultKind::expire_iterators}; }
Fault short_response(double share) { return {.kind = FaultKind::short_response, .share = share}; }
Fault no_iterator(NoIterator form) { return {.kind = FaultKind::no_iterator, .no_iterator = form}; }
Fault bad_gateway() {
  return reply_fault({.status = 502, .headers = {}, .body = "<html><h1>502 Bad Gateway (injected)</h1></html>"});
}

Fault Faults::take(uint64_t request_number, std::string_view operation) {
  if (auto scripted = at_.extract(request_number)) return std::move(scripted.mapped());
  if (const auto queue = queued_.find(operation); queue != queued_.end() && !queue->second.empty()) {
    Fault fault = std::move(queue->second.front());
    queue->second.pop_front();
    return fault;
  }
  Fault chosen = by_chance();
  if (chosen.kind != FaultKind::short_response) chosen.share = rates_.reject_records;
  return chosen;
}

Fault Faults::by_chance() {
  double point = draw();
  const auto falls_to = [&point](double rate) {
    const bool falls = point < rate;
    point -= rate;
    return falls;
  };
  if (falls_to(rates_.throttle)) return throttle();
  if (falls_to(rates_.internal_failure)) return internal_failure();
  if (falls_to(rates_.close)) return close_before();
  if (falls_to(rates_.lose_response)) return lose_response();
  if (falls_to(rates_.truncate)) return truncate_response();
  if (falls_to(rates_.delay)) return delay(rates_.delay_ms);
  if (falls_to(rates_.bad_gateway)) return bad_gateway();
  if (falls_to(rates_.expire_iterators)) return expire_iterators();
  if (falls_to(rates_.short_response)) return short_response(std::max(0.0, 2 * draw() - 1));
  if (falls_to(rates_.no_iterator)) return no_iterator(static_cast<NoIterator>(static_cast<int>(3 * draw())));
  return {};
}

std::string Faults::rejection(const Fault& fault) {
  if (fault.share <= 0 || draw() >= fault.share) return {};
  if (!fault.record_code.empty()) return fault.record_code;
  return draw() < 0.5 ? kThroughput : "InternalFailure";
}

}  // namespace penstock::model
