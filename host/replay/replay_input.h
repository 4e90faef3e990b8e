// The input stage of "penstock replay": emits the records of a dead-letter file that failed at one of the two
// stages.
#pragma once

#include <cstdint>
#include <string>

#include "client/instance.h"
#include "host/plan/plan.h"
#include "host/replay/dead_letter_line.h"
#include "host/replay/dead_letter_reader.h"

namespace penstock::host {

// Returns an instance that emits the records of that stage, each as its own batch. Skips lines that cannot be
// read. For each record that could be neither delivered nor dead-lettered, the log has name and line number. file
// must outlive the instance.
StagePlan replay_input(const DeadLetterReader& file, const std::string& name, DeadLetterLine::Stage stage);

// The outcomes of the records.
struct ReplayOutcomes {
  int64_t delivered = 0;
  int64_t filtered = 0;  // left out by a filter
  int64_t recorded = 0;  // dead-lettered again, by the on_failure of an output
  int64_t released = 0;  // neither
};
// Adds the outcomes of such an instance, which may be closed.
void add_outcomes(const client::Instance& replay, ReplayOutcomes& outcomes);

}  // namespace penstock::host
