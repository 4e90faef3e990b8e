// The part of a conf that runs when a dead-letter file is replayed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/plan/plan.h"
#include "host/replay/dead_letter_reader.h"

namespace penstock::host {

// The records of a dead-letter file, by the stage at which they failed.
struct ReplayCounts {
  int64_t of_input = 0;
  int64_t of_output = 0;
  int64_t records() const { return of_input + of_output; }
};

// Returns the plan that replays them. Inputs that read the file replace those of the conf. A record that failed at
// an input is decoded by the filter cloudwatch_logs, as that input would have done, and then goes through filters
// to outputs. A record that failed at an output goes unchanged to that output. If the conf has several inputs or
// outputs, the right one is the one whose on_failure names the file, or the file that it was renamed from
// (PATH.anything). Adds an error if that is not unique, or if the on_failure of an output is the file itself.
Plan replay_plan(const Plan& conf, const Modules& modules, const DeadLetterReader& file, const std::string& path,
                 const ReplayCounts& counts, std::vector<Problem>& problems);

}  // namespace penstock::host
