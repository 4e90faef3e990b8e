// The statistics of a run as metrics of CloudWatch, in the embedded metric format: lines of JSON from which
// CloudWatch Logs makes metrics.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "host/pipeline/pipeline.h"

namespace penstock::host {

// Metrics in the namespace Penstock with the dimension stage. A counter has its increase since the previous call,
// so that sums over time and over processes are right; a gauge has its current value. Some statistics are left
// out: those with labels, because CloudWatch bills each of their values as a metric; histograms, which the format
// does not have; and times below 0, which mean that the value is not known.
class EmfReport {
 public:
  explicit EmfReport(Pipeline& pipeline) : pipeline_(pipeline) {}  // pipeline must outlive this

  // Returns a line for each stage that has metrics.
  std::string lines(int64_t unix_ms);

 private:
  std::string line(const RunningStage& stage, int64_t unix_ms);

  Pipeline& pipeline_;
  std::map<std::string, int64_t> counted_;  // counters at the previous call, by stage and name
};

}  // namespace penstock::host
