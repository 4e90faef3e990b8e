// Reading of the statistics that the stages of a pipeline report.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "host/pipeline/pipeline.h"
#include "host/plan/running_stage.h"

namespace penstock::host {

struct StatLabel {
  std::string_view name;
  std::string_view value;
};

// Returns the labels of a statistic, valid as long as the statistic. That of a plugin without names of labels gets
// the name "label".
std::vector<StatLabel> labels_of(const penstock_stat& stat);

// Returns the histogram of a statistic, or nullptr.
const penstock_histogram* histogram_of(const penstock_stat& stat);

// Calls visit for each stage: inputs, filters, outputs.
void for_each_stage(Pipeline& pipeline, const std::function<void(const RunningStage&)>& visit);

// Calls visit for each statistic of a stage. The statistic is valid until visit returns. Passes on an exception of
// visit.
void for_each_stat(const RunningStage& stage, const std::function<void(const penstock_stat&)>& visit);

}  // namespace penstock::host
