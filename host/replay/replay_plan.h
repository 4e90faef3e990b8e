// What of a conf runs when a failure file is replayed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/plan/plan.h"
#include "host/replay/dead_letter_reader.h"

namespace penstock::host {

// The records of a failure file, by the stage that they failed at.
struct ReplayCounts {
  int64_t of_input = 0;
  int64_t of_output = 0;
  int64_t records() const { return of_input + of_output; }
};

// The plan that replays them: in place of the conf's inputs stand those that read the file. What failed at an
// input is taken apart by the filter cloudwatch_logs, as that input would have, and goes its way through filters
// to outputs. What failed at an output goes to it as it is. Where the conf has several, it is the one whose
// on_failure names the file, or the file that it was renamed from (PATH.anything); else an error is added to
// problems, as it is for an output whose on_failure is this very file.
Plan replay_plan(const Plan& conf, const Modules& modules, const DeadLetterReader& file, const std::string& path,
                 const ReplayCounts& counts, std::vector<Problem>& problems);

}  // namespace penstock::host
