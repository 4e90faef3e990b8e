#include "host/observe/readiness.h"

#include <string_view>

#include "host/observe/stage_stats.h"

namespace penstock::host {

namespace {

std::string seconds(int64_t ms) { return std::to_string(ms / 1000) + " s"; }

// Returns what a statistic says against the readiness of its stage, or "".
std::string reason_in(const penstock_stat& stat) {
  const std::string_view name = stat.name;
  if (name == "healthy" && stat.value == 0)
    return std::string("not healthy: the errors in its log say why; healthy is ") + stat.help;
  if (name == "stuck_shards" && stat.value > 0)
    return "the checkpoint waits for a record for longer than stuck_warning; shards: " +
           std::to_string(stat.value);
  if (name == "unreadable_streams" && stat.value > 0)
    return "cannot be read, or not reached yet; streams: " + std::to_string(stat.value);
  if (name == "failing_ms" && stat.value >= kFailingMs) return "no successful response for " + seconds(stat.value);
  return {};
}

}  // namespace

std::vector<NotReady> reasons_not_ready(Pipeline& pipeline, int64_t now_ms) {
  std::vector<NotReady> out;
  if (pipeline.draining()) out.push_back({"penstock", "draining"});
  for_each_stage(pipeline, [&](const RunningStage& stage) {
    for_each_stat(stage, [&](const penstock_stat& stat) {
      if (std::string reason = reason_in(stat); !reason.empty())
        out.push_back({stage.log.label(), std::move(reason)});
    });
  });
  for (const Output& output : pipeline.outputs()) {
    if (output.unsettled == 0 || now_ms - output.progress_ms < kStuckMs) continue;
    out.push_back({output.stage->log.label(), "no batch was settled for " + seconds(now_ms - output.progress_ms) +
                                                  "; batches: " + std::to_string(output.unsettled)});
  }
  return out;
}

}  // namespace penstock::host
