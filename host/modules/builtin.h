// Stages that are built into the host: the outputs stdout and null.
#pragma once

#include <cstdint>
#include <vector>

#include "abi/penstock.h"

namespace penstock::host {

std::vector<const penstock_stage*> builtin_stages();

// Returns a stage of the host itself, without options. The caller adds the calls of its kind, and optional ones.
penstock_stage own_stage(int32_t kind, const char* id, const char* summary,
                         decltype(penstock_stage::create) create, decltype(penstock_stage::destroy) destroy);

// Reports a statistic of a whole instance.
void report_stat(penstock_stat_fn stat, void* ctx, int32_t kind, const char* name, const char* unit,
                 const char* help, int64_t value);

// Returns the output that counts each record as delivered and discards it.
const penstock_stage& null_output();

// Returns the output that writes each record as a line on standard output: JSON unchanged, anything else as
// {"time_ms":...,"message":...}. It writes only as much as the reader accepts, so that it never blocks the loop.
// If the reader has gone away, pump() returns PENSTOCK_END, and unwritten batches are released.
const penstock_stage& stdout_output();

}  // namespace penstock::host
