// The filter stage lambda_logs: options and ABI over core/logs/lambda_filter.
#include <array>
#include <memory>
#include <utility>

#include "core/logs/lambda_filter.h"
#include "plugin/connection.h"
#include "plugin/instance.h"
#include "plugin/stage.h"
#include "plugin/stages.h"

namespace penstock {

namespace {

class LambdaLogs : public penstock_instance {
 public:
  static constexpr std::array kOptions = {
      option("source_key", "text", "source",
             "Member that says which log group, log stream and account an event came from. A member of that "
             "name that the application wrote becomes source_original."),
      option("timestamp_key", "text", "timestamp", "Member that says when it happened."),
  };

  static Made make(const penstock_host&, const Options& options) {
    return Made(std::make_unique<LambdaLogs>(
        LambdaFilterOptions{options.text("source_key"), options.text("timestamp_key")}));
  }
  explicit LambdaLogs(const LambdaFilterOptions& options) : penstock_instance(kLambdaLogsStage), filter(options) {}

  void stats(penstock_stat_fn stat, void* stat_ctx) const override {
    const LambdaFilterCounters& counters = filter.counters();
    const StatTeller tell(stat, stat_ctx);
    tell.counter("records", "records", "log events in, and as many out", counters.records);
    tell.counter("system_lines", "records", "START, END, REPORT and their kin", counters.system_lines);
    tell.counter("passed_through", "records", "JSON objects", counters.passed_through);
    tell.counter("wrapped", "records", "all other lines", counters.wrapped);
  }

  LambdaFilter filter;
};

int32_t apply(penstock_instance* self, const penstock_batch* given, penstock_emit_fn emit, void* emit_ctx,
              penstock_error* error) {
  if (emit == nullptr) return tell(error, PENSTOCK_E_INVALID, false, "emit is NULL");
  return guarded_as<LambdaLogs>(kLambdaLogsStage, self, In::open, error, [&](LambdaLogs& it) {
    penstock_batch batch;
    int32_t code = PENSTOCK_OK;
    if (!read_batch(given, batch, error, code)) return code;
    const int32_t answer = it.filter.apply(batch, emit, emit_ctx);
    return answer < 0 ? tell(error, answer, true, "emit refused a batch") : int32_t{PENSTOCK_OK};
  });
}

constexpr penstock_filter kCalls = {sizeof(penstock_filter), 0, apply};

}  // namespace

constinit const penstock_stage kLambdaLogsStage = Stage<LambdaLogs>::filter(
    "lambda_logs",
    "Makes one JSON record of each log event: AWS Lambda's lines parsed, JSON passed through, the rest wrapped.",
    kCalls);

}  // namespace penstock
