// Whether records would come back to an input that has read them: an output writes a stream that it reads, or one
// that another input reads whose outputs lead back to it.
#pragma once

#include <vector>

#include "host/plan/plan.h"

namespace penstock::host {

// Errors for the loops that the options alone show. The stages are asked with their command "streams"; those that
// do not have it are left out. Touches no network.
std::vector<Problem> stream_loops(const Plan& plan);

// Warnings for the loops that there are if "*", the account that only the service knows, is the right one.
std::vector<Problem> possible_stream_loops(const Plan& plan);

// The same as stream_loops() if nothing but the account of a stream decides: looks it up with the service, and
// waits for that. A warning if the service does not say, and an error if it cannot be reached.
std::vector<Problem> undecided_stream_loops(const Plan& plan);

}  // namespace penstock::host
