// The meaning of a conf: the stages to run, their options, and the routes of tags.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "abi/penstock.h"
#include "host/conf/conf.h"
#include "host/modules/module.h"
#include "host/plan/match.h"

namespace penstock::host {

// One instance to create.
struct StagePlan {
  const penstock_stage* stage = nullptr;
  std::string label;  // unique: "input:penstock_kinesis:0", or with its Alias instead of the number
  Place place;        // of the section's header
  std::vector<Entry> options;
  std::string tag;  // of an input
  Match match;      // of a filter or an output
};

// The path of one input's batches: indexes into filters and outputs, in the order of the conf.
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

// Returns PENSTOCK_INPUT, _FILTER or _OUTPUT for a section of that name; 0 for any other.
int32_t kind_of(const Section& section);

// Facts that are in neither the conf nor the stages.
struct PlanOptions {
  // Reports a stage that is not found. False if a plugin could not be opened, which is already reported.
  bool report_unknown_stages = true;
  bool inputs_transform = false;  // default of transform; true if our input for Fluent Bit is named
};

// Makes the plan of a conf. Touches neither network nor files.
Plan make_plan(const Conf& conf, const Modules& modules, const PlanOptions& options);

// Returns whether the host, like the agent, reserves the key in every section: Name, Tag, Alias, Match,
// Match_Regex.
bool is_common_key(std::string_view key);

// Returns the warning about a repeated key.
Problem repeated(const Entry& first, const Entry& entry, bool last_counts);
// Returns the problem for a repeated option, which is an error if the values differ.
Problem repeated_option(const Entry& first, const Entry& entry);

// Returns the options of a section for the stage: all its keys except common ones and those that only Fluent Bit
// uses. Joins a YAML list with commas if the option accepts several values. Adds repeated keys, lists for options
// with one value, and keys that only Fluent Bit uses to problems.
std::vector<Entry> stage_options(const Section& section, const penstock_stage& stage,
                                 std::vector<Problem>& problems);

// Converts options to the ABI's form; the result points into options.
std::vector<penstock_option> abi_options(const std::vector<Entry>& options);

// Checks options with the stage, and adds its findings to problems. Adds a suggestion for an unknown key if the
// stage made none. section: the place to report a missing option.
void check_options(const penstock_stage& stage, const std::vector<Entry>& options, const Place& section,
                   std::vector<Problem>& problems);

}  // namespace penstock::host
