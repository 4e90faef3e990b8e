// In Fluent Bit an input of ours puts its records through lambda_logs itself, unless it is told transform off. A
// conf written for it means the same here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/conf/conf.h"
#include "host/plan/plan.h"

namespace penstock::host {

// Takes the key transform, and the options that are for lambda_logs, out of the section of an input. Returns the
// filter that the section asks for, nullopt: none. by_default: what it means that the key is left out.
std::optional<StagePlan> take_transform(Section& section, const penstock_stage& input,
                                        const penstock_stage* filter, bool by_default,
                                        std::vector<Problem>& problems);

// Puts each filter before all others of its input. What the conf has of it there is left out, for it would find
// nothing to do. filters: one for each input of the plan.
void add_transforms(std::vector<std::optional<StagePlan>> filters, Plan& plan);

}  // namespace penstock::host
