// Detects loops: an output writes to a stream that its own input reads, or to a stream that another input reads
// whose outputs lead back to the first.
#pragma once

#include <vector>

#include "host/plan/plan.h"

namespace penstock::host {

// Returns errors for the loops that are evident from the options. The stages' command "streams" names their
// streams; stages without it are skipped. Touches no network.
std::vector<Problem> stream_loops(const Plan& plan);

// Returns warnings for loops that exist if "*", an account that only the service knows, is the same in both names.
std::vector<Problem> possible_stream_loops(const Plan& plan);

// Returns the same as stream_loops(), and also decides loops that depend only on the account of a stream: asks the
// service for it, and waits. Adds a warning if the service does not permit it, and an error if the service is
// unreachable.
std::vector<Problem> undecided_stream_loops(const Plan& plan);

}  // namespace penstock::host
