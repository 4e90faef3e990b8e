// Stages that the host brings along: the outputs stdout and null.
#pragma once

#include <vector>

#include "abi/penstock.h"

namespace penstock::host {

std::vector<const penstock_stage*> builtin_stages();

// Takes everything and counts it delivered.
const penstock_stage& null_output();

// Writes each record as a line on standard output: JSON as it is, anything else as {"time_ms":...,"message":...}.
// It writes only as much as the reader takes, so that it never holds up the loop. When nobody reads any more,
// its pump() answers PENSTOCK_END, and what was not written is given back.
const penstock_stage& stdout_output();

}  // namespace penstock::host
