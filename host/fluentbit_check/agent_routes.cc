#include "host/fluentbit_check/agent_routes.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "host/modules/module.h"
#include "host/plan/match.h"
#include "host/plan/stream_loops.h"

namespace penstock::host {

void AgentRoutes::add(const Section& section, const penstock_stage& stage, std::vector<Entry> options) {
  const bool is_input = stage.kind == PENSTOCK_INPUT;
  std::vector<StagePlan>& plans = is_input ? plan_.inputs : plan_.outputs;
  StagePlan plan;
  plan.stage = &stage;
  plan.label = std::string(kind_name(stage.kind)) + ":" + stage.id + ":" + std::to_string(plans.size());
  plan.place = section.place;
  plan.options = std::move(options);
  plans.push_back(std::move(plan));
  (is_input ? inputs_ : outputs_).push_back(&section);
}

std::vector<Problem> AgentRoutes::loops() {
  for (size_t input = 0; input < inputs_.size(); ++input) {
    Route route;
    for (size_t output = 0; output < outputs_.size(); ++output)
      if (leads(*inputs_[input], input, *outputs_[output])) route.outputs.push_back(output);
    plan_.routes.push_back(std::move(route));
  }
  std::vector<Problem> loops = stream_loops(plan_);
  return loops.empty() ? possible_stream_loops(plan_) : loops;
}

bool AgentRoutes::leads(const Section& input, size_t number, const Section& output) const {
  const Entry* const wildcard = output.last("Match");
  const Entry* const regex = output.last("Match_Regex");
  if (wildcard == nullptr && regex == nullptr) {
    // In the agent, a single output without a Match belongs to a single input.
    const auto count = [&](const char* kind) {
      return std::count_if(conf_.sections.begin(), conf_.sections.end(),
                           [&](const Section& section) { return equal_without_case(section.name, kind); });
    };
    return count("INPUT") == 1 && count("OUTPUT") == 1;
  }
  const Entry* const format = input.find("tag_format");
  if (format != nullptr && !format->value.empty()) return wildcard != nullptr && wildcard->value == "*";
  Match match;
  if (wildcard != nullptr) match.set_wildcard(wildcard->value);
  if (regex != nullptr) match.set_regex(regex->value);
  const Entry* const tag = input.last("Tag");
  return match.fits(tag != nullptr ? tag->value : input.find("Name")->value + "." + std::to_string(number));
}

}  // namespace penstock::host
