// The state of a run as JSON, for `penstock top` and scripts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/observe/readiness.h"
#include "host/pipeline/pipeline.h"

namespace penstock::host {

// The facts about a run that are not in its pipeline.
struct RunFacts {
  std::string version;
  int64_t start_ms;  // monotonic
};

// Returns {"ready":false,"reasons":[{"stage":"output:...","reason":"..."}]}.
std::string readiness_json(const std::vector<NotReady>& reasons);

// Returns one object:
//   version, uptime_ms, batches_in_flight, released_batches
//   process          cpu_ms, resident_bytes
//   ready, reasons   as in readiness_json()
//   stages           an array of {stage, kind, plugin, stats}, where stats is an array of
//                    {name, kind, unit, value}, with labels (an object) if it has any, and of a histogram with
//                    sum, upper_bounds, and counts, which are not cumulative
std::string stats_json(const RunFacts& facts, Pipeline& pipeline, int64_t now_ms);

}  // namespace penstock::host
