// A running stage: its instance and its log.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "client/instance.h"
#include "host/plan/plan.h"
#include "host/plan/stage_log.h"

namespace penstock::host {

struct RunningStage {
  // Returns a stage whose instance is open. On failure returns nullptr; error has the reason. log must outlive it.
  static std::unique_ptr<RunningStage> open(const StagePlan& plan, Log& log, std::string& error);

  // Closes the instance. Below 0: failed; the reason is in the log.
  int32_t close(int64_t deadline_ms);

  StageLog log;  // declared first: the instance logs until it is destroyed
  client::Instance instance;
};

}  // namespace penstock::host
