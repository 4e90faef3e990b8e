// What a conf means: the stages to run, their options, and which tags go where.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "abi/penstock.h"
#include "host/conf/conf.h"
#include "host/modules/module.h"
#include "host/plan/match.h"

namespace penstock::host {

// One instance to be made.
struct StagePlan {
  const penstock_stage* stage = nullptr;
  std::string label;  // "input:penstock_kinesis:0", or with its Alias instead of the number
  Place place;        // of the section's header
  std::vector<Entry> options;
  std::string tag;  // input
  Match match;      // filter and output
};

// The way of one input's batches: indexes into filters and outputs, in the order of the conf.
struct Route {
  std::vector<size_t> filters;
  std::vector<size_t> outputs;
};

struct Plan {
  std::vector<StagePlan> inputs;
  std::vector<StagePlan> filters;
  std::vector<StagePlan> outputs;
  std::vector<Route> routes;  // one for each of inputs
  std::vector<Problem> problems;
};

// PENSTOCK_INPUT, _FILTER or _OUTPUT for a section of that name; 0 for any other.
int32_t kind_of(const Section& section);

// What is known beside the conf and the stages.
struct PlanOptions {
  bool complain_of_stages =
      true;                       // false where a plugin could not be opened, so that a stage not found is no news
  bool inputs_transform = false;  // our file for Fluent Bit is named: what it means to leave transform out
};

// Touches neither network nor files.
Plan make_plan(const Conf& conf, const Modules& modules, const PlanOptions& options);

// Whether the host, like the agent, keeps the key for itself in every section: Name, Tag, Alias, Match,
// Match_Regex.
bool is_common_key(std::string_view key);

// The warning about a key that is given again.
Problem repeated(const Entry& first, const Entry& entry, bool last_counts);
// The same for an option, which is an error if the values differ.
Problem repeated_option(const Entry& first, const Entry& entry);

// The options of a section for the stage: all its keys but the common ones and those that are for Fluent Bit
// alone. A list of YAML is joined with commas if the option takes one. Adds repeated keys, lists where one value
// belongs, and keys for Fluent Bit alone to problems.
std::vector<Entry> stage_options(const Section& section, const penstock_stage& stage,
                                 std::vector<Problem>& problems);

// As the ABI wants them; they point into options.
std::vector<penstock_option> abi_options(const std::vector<Entry>& options);

// Has the stage check its options, and adds what it finds to problems: with a suggestion where a key is unknown
// and the stage made none. section: where a missing option is reported.
void check_options(const penstock_stage& stage, const std::vector<Entry>& options, const Place& section,
                   std::vector<Problem>& problems);

}  // namespace penstock::host
