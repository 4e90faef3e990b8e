#include "host/plan/agent_transform.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.h"

namespace penstock::host {

std::optional<StagePlan> take_transform(Section& section, const penstock_stage& input,
                                        const penstock_stage* filter, bool by_default,
                                        std::vector<Problem>& problems) {
  if (!equal_without_case(input.id, "penstock_kinesis") || knows(option_names(input), "transform"))
    return std::nullopt;
  bool wanted = by_default;
  if (const Entry* const entry = section.find("transform")) {
    wanted = !equal_without_case(entry->value, "off");
    for (const Entry& other : section.entries) {
      if (&other == entry || !equal_without_case(other.key, "transform")) continue;
      problems.push_back(repeated_option(*entry, other));
    }
    if (wanted && !equal_without_case(entry->value, "on")) {
      problems.push_back(Problem::error(
          entry->place, "PS0847", "invalid transform '" + printable(entry->value, 60) + "': expected on or off"));
    }
    std::erase_if(section.entries, [](const Entry& one) { return equal_without_case(one.key, "transform"); });
  }
  if (!wanted) return std::nullopt;
  if (filter == nullptr) {
    problems.push_back(
        Problem::error(section.place, "PS0848",
                       "the plugin has no filter 'lambda_logs', which this input needs; install both "
                       "from one package, or set transform off"));
    return std::nullopt;
  }
  StagePlan plan;
  plan.stage = filter;
  plan.place = section.place;
  Section of_filter{section.name, section.place, {}};
  const std::vector<std::string> of_input = option_names(input);
  const std::vector<std::string> names = option_names(*filter);
  const auto is_of_filter = [&](const Entry& entry) {
    return knows(names, entry.key) && !knows(of_input, entry.key);
  };
  std::copy_if(section.entries.begin(), section.entries.end(), std::back_inserter(of_filter.entries),
               is_of_filter);
  std::erase_if(section.entries, is_of_filter);
  plan.options = stage_options(of_filter, *filter, problems);
  check_options(*filter, plan.options, plan.place, problems);
  return plan;
}

void add_transforms(std::vector<std::optional<StagePlan>> filters, Plan& plan) {
  for (size_t i = 0; i < filters.size(); ++i) {
    if (!filters[i]) continue;
    std::vector<size_t>& route = plan.routes[i].filters;
    std::erase_if(route, [&](size_t filter) { return plan.filters[filter].stage == filters[i]->stage; });
    route.insert(route.begin(), plan.filters.size());
    plan.filters.push_back(std::move(*filters[i]));
  }
}

}  // namespace penstock::host
