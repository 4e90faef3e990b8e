// In Fluent Bit, our input passes its records through lambda_logs itself, unless it has transform off. A conf
// written for Fluent Bit means the same here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/conf/conf.h"
#include "host/plan/plan.h"

namespace penstock::host {

// Removes the key transform and the options of lambda_logs from the section of an input. Returns the filter that
// the section asks for, or nullopt. by_default: the value of transform if the key is left out.
std::optional<StagePlan> take_transform(Section& section, const penstock_stage& input,
                                        const penstock_stage* filter, bool by_default,
                                        std::vector<Problem>& problems);

// Puts each filter before all others of its input. Removes lambda_logs filters of the conf from the route, because
// they would have nothing to do. filters: one for each input of the plan.
void add_transforms(std::vector<std::optional<StagePlan>> filters, Plan& plan);

}  // namespace penstock::host
