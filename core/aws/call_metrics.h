// Durations and errors of the service calls of an instance.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "core/aws/error_counts.h"
#include "core/histogram.h"
#include "core/metrics_sink.h"

namespace penstock::aws {

inline constexpr std::array<int64_t, 12> kCallDurationBoundsMs = {5,   10,   25,   50,   100,   250,
                                                                  500, 1000, 2500, 5000, 10000, 30000};

// Metrics of each operation, shared by all ServiceClients of an instance. Their number is bounded by that of the
// operations in the code.
class CallMetrics {
 public:
  struct Operation {
    std::string name;
    Histogram<kCallDurationBoundsMs> durations_ms;
    ErrorCounts errors;
  };

  // Returns the metrics of an operation, which remain valid as long as this.
  Operation& of(std::string_view operation);

  void stats(const MetricsSink& metrics) const;

 private:
  std::deque<Operation> operations_;
};

}  // namespace penstock::aws
