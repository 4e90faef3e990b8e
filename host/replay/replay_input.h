// The input stage of "penstock replay": the records of a failure file that failed at one of the two stages.
#pragma once

#include <cstdint>
#include <string>

#include "client/instance.h"
#include "host/plan/plan.h"
#include "host/replay/dead_letter_line.h"
#include "host/replay/dead_letter_reader.h"

namespace penstock::host {

// An instance that emits the records of that stage, each as a batch of its own. Lines that cannot be read are
// passed over. The log has name and line of each record that can be neither delivered nor recorded. file must
// outlive the instance.
StagePlan replay_input(const DeadLetterReader& file, const std::string& name, DeadLetterLine::Stage stage);

// What became of the records.
struct ReplayOutcomes {
  int64_t delivered = 0;
  int64_t filtered = 0;    // left out by a filter
  int64_t recorded = 0;    // in the on_failure of an output again
  int64_t given_back = 0;  // neither
};
// Adds those of such an instance, which may be closed.
void add_outcomes(const client::Instance& replay, ReplayOutcomes& outcomes);

}  // namespace penstock::host
