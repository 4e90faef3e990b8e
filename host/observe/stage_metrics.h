// The statistics of stages as metrics of Prometheus.
#pragma once

#include <cstddef>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "abi/penstock.h"
#include "host/observe/prometheus_text.h"

namespace penstock::host {

// Adds statistics to a page, with the names that penstock_stat describes: the counter "received_records" of an
// input is penstock_input_received_records_total, and its gauge "lag_ms" is penstock_input_lag_seconds.
class StageMetrics {
 public:
  // page must outlive this.
  explicit StageMetrics(PrometheusText& page) : page_(page) {}

  // kind: of the stage. stage: its label. Leaves out a time below 0, which is not known, and kinds of statistics
  // that the header does not have.
  void add(int32_t kind, std::string_view stage, const penstock_stat& stat);

 private:
  struct Family {
    size_t index;
    int64_t divisor;
  };

  const Family& family_of(int32_t kind, const penstock_stat& stat);

  PrometheusText& page_;
  std::vector<MetricLabel> labels_;                             // of the current sample
  std::map<std::pair<int32_t, const char*>, Family> families_;  // by kind and name, which is constant
};

}  // namespace penstock::host
