#include "core/aws/call_metrics.h"

#include <algorithm>

#include "base/bytes.h"

namespace penstock::aws {

CallMetrics::Operation& CallMetrics::of(std::string_view operation) {
  const auto found = std::find_if(operations_.begin(), operations_.end(),
                                  [operation](const Operation& one) { return one.name == operation; });
  if (found != operations_.end()) return *found;
  return operations_.emplace_back(Operation{std::string(operation), {}, {}});
}

void CallMetrics::stats(const MetricsSink& metrics) const {
  for (const Operation& operation : operations_) {
    const penstock_label name = {"operation", bytes(operation.name)};
    metrics.histogram("call_duration_ms", "ms",
                      "from the start of a service call to the end of its response, or to its failure",
                      operation.durations_ms, {name});
    operation.errors.each([&](std::string_view code, int64_t count) {
      metrics.counter("call_errors", "calls",
                      "service calls that failed, by the error code of the service; no_response: none arrived",
                      count, {name, {"code", bytes(code)}});
    });
  }
}

}  // namespace penstock::aws
