#include "host/plan/running_stage.h"

#include "base/coded_text.h"

namespace penstock::host {

std::unique_ptr<RunningStage> RunningStage::open(const StagePlan& plan, Log& log, std::string& error) {
  std::unique_ptr<RunningStage> out(new RunningStage{StageLog(plan.label, log), client::Instance(*plan.stage)});
  const penstock_host host = client::logging_host(out->log);
  error = out->instance.open(&host, abi_options(plan.options));
  return error.empty() ? std::move(out) : nullptr;
}

int32_t RunningStage::close(int64_t deadline_ms) {
  client::Error error;
  const int32_t result = instance.close(deadline_ms, error);
  if (result < 0)
    log.line(PENSTOCK_LOG_ERROR, in_context("the stage did not close cleanly", error.describe(result)));
  return result;
}

}  // namespace penstock::host
