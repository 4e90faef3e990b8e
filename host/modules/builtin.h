// Stages that the host brings along: the outputs stdout and null.
#pragma once

#include <cstdint>
#include <vector>

#include "abi/penstock.h"

namespace penstock::host {

std::vector<const penstock_stage*> builtin_stages();

// Returns a stage of the host's own, without options. The caller adds the calls of its kind and those that it has
// besides.
penstock_stage own_stage(int32_t kind, const char* id, const char* summary,
                         decltype(penstock_stage::create) create, decltype(penstock_stage::destroy) destroy);

// Takes everything and counts it delivered.
const penstock_stage& null_output();

// Writes each record as a line on standard output: JSON as it is, anything else as {"time_ms":...,"message":...}.
// It writes only as much as the reader takes, so that it never holds up the loop. When nobody reads any more,
// its pump() answers PENSTOCK_END, and what was not written is given back.
const penstock_stage& stdout_output();

}  // namespace penstock::host
