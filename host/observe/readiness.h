// Whether a pipeline makes progress, or what keeps it from that.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/pipeline/pipeline.h"

namespace penstock::host {

// Why a pipeline is not ready.
struct NotReady {
  std::string stage;   // label; "penstock": the host itself
  std::string reason;  // a phrase
};

// Returns every reason; none if the pipeline is ready:
//   - the host is draining;
//   - a stage is not healthy (gauge "healthy" is 0), or the checkpoint of a shard is stuck ("stuck_shards");
//   - a stream cannot be read ("unreadable_streams"), or calls have failed for kFailingMs ("failing_ms");
//   - an output has settled nothing for kStuckMs although it has accepted batches.
std::vector<NotReady> reasons_not_ready(Pipeline& pipeline, int64_t now_ms);

inline constexpr int64_t kFailingMs = 30'000;
inline constexpr int64_t kStuckMs = 60'000;

}  // namespace penstock::host
