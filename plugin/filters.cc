// The filter stages lambda_logs and cloudwatch_logs: options and ABI over core/logs.
#include <array>
#include <memory>
#include <utility>

#include "core/base/bytes.h"
#include "core/logs/lambda_filter.h"
#include "core/logs/subscription.h"
#include "plugin/connection.h"
#include "plugin/instance.h"
#include "plugin/stages.h"

namespace penstock {

namespace {

void tell_counter(penstock_stat_fn stat, void* stat_ctx, const char* name, const char* unit, const char* help,
                  int64_t value) {
  const penstock_stat one = {sizeof(penstock_stat), PENSTOCK_COUNTER, name, unit, help, value};
  stat(stat_ctx, &one);
}

// ---- lambda_logs
// --------------------------------------------------------------------------------------------------

constexpr std::array kLambdaOptions = {
    option(
        "source_key", "text", "source",
        "Member that says which log group, log stream and account an event came from. A member of that name that "
        "the application wrote becomes source_original."),
    option("timestamp_key", "text", "timestamp", "Member that says when it happened."),
};

class LambdaLogs : public penstock_instance {
 public:
  static Made make(const penstock_host&, const Options& options) {
    return Made(std::make_unique<LambdaLogs>(
        LambdaFilterOptions{options.text("source_key"), options.text("timestamp_key")}));
  }
  explicit LambdaLogs(LambdaFilterOptions options)
      : penstock_instance(kLambdaLogsStage), filter(std::move(options)) {}

  void stats(penstock_stat_fn stat, void* stat_ctx) const override {
    const LambdaFilterCounters& counters = filter.counters();
    tell_counter(stat, stat_ctx, "records", "records", "log events in, and as many out", counters.records);
    tell_counter(stat, stat_ctx, "system_lines", "records", "START, END, REPORT and their kin",
                 counters.system_lines);
    tell_counter(stat, stat_ctx, "passed_through", "records", "JSON objects", counters.passed_through);
    tell_counter(stat, stat_ctx, "wrapped", "records", "all other lines", counters.wrapped);
  }

  LambdaFilter filter;
};

int32_t apply_lambda(penstock_instance* self, const penstock_batch* given, penstock_emit_fn emit, void* emit_ctx,
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

int32_t check_lambda(const penstock_option* options, size_t count, size_t stride, penstock_problem_fn problem,
                     void* ctx) {
  return check_options(kLambdaOptions, options, count, stride, problem, ctx);
}

int32_t create_lambda(const penstock_host* host, const penstock_option* options, size_t count, size_t stride,
                      penstock_instance** out, penstock_error* error) {
  return create_instance(kLambdaOptions, host, options, count, stride, out, error, LambdaLogs::make);
}

constexpr penstock_filter kLambdaFilter = {sizeof(penstock_filter), 0, apply_lambda};

// ---- cloudwatch_logs
// ----------------------------------------------------------------------------------------------

constexpr std::array kCloudWatchOptions = {
    option("inflate_limit", "size", "16M",
           "Largest text that one record may inflate to; a larger one is an error."),
};

class CloudWatchLogs : public penstock_instance {
 public:
  static Made make(const penstock_host&, const Options& options) {
    return Made(std::make_unique<CloudWatchLogs>(options.size_bytes("inflate_limit")));
  }
  explicit CloudWatchLogs(size_t inflate_limit_bytes)
      : penstock_instance(kCloudWatchLogsStage), reader(inflate_limit_bytes) {}

  void stats(penstock_stat_fn stat, void* stat_ctx) const override {
    const SubscriptionCounters& counters = reader.counters();
    tell_counter(stat, stat_ctx, "messages", "messages", "data messages taken apart", counters.messages);
    tell_counter(stat, stat_ctx, "events_out", "events", "log events found in them", counters.events);
    tell_counter(stat, stat_ctx, "control_messages", "messages", "health checks, skipped",
                 counters.control_messages);
    tell_counter(stat, stat_ctx, "other_messages", "messages", "of an unknown type, skipped",
                 counters.other_messages);
    tell_counter(stat, stat_ctx, "text_bytes", "bytes", "their text, inflated", counters.inflated_bytes);
  }

  SubscriptionReader reader;
};

int32_t take_apart(SubscriptionReader& reader, const penstock_batch& batch, const penstock_record& record,
                   penstock_emit_fn emit, void* emit_ctx, penstock_error* error) {
  reader.begin(view(record.body), batch);
  penstock_batch events;
  while (reader.next(events) == SubscriptionReader::Step::batch) {
    events.ack_id = batch.ack_id;
    if (const int32_t answer = emit(emit_ctx, &events); answer < 0)
      return tell(error, answer, true, "emit refused a batch");
  }
  const Status& problem = reader.problem();
  return problem.ok() ? PENSTOCK_OK : tell(error, PENSTOCK_E_DATA, false, problem.message());
}

int32_t apply_cloudwatch(penstock_instance* self, const penstock_batch* given, penstock_emit_fn emit,
                         void* emit_ctx, penstock_error* error) {
  if (emit == nullptr) return tell(error, PENSTOCK_E_INVALID, false, "emit is NULL");
  return guarded_as<CloudWatchLogs>(kCloudWatchLogsStage, self, In::open, error, [&](CloudWatchLogs& it) {
    penstock_batch batch;
    int32_t code = PENSTOCK_OK;
    if (!read_batch(given, batch, error, code)) return code;
    int32_t worst = PENSTOCK_OK;
    const char* at = reinterpret_cast<const char*>(batch.records);
    for (uint64_t i = 0; i < batch.record_count; ++i, at += batch.record_stride) {
      const auto& record = *reinterpret_cast<const penstock_record*>(at);
      code = take_apart(it.reader, batch, record, emit, emit_ctx, worst == PENSTOCK_OK ? error : nullptr);
      if (code < 0 && code != PENSTOCK_E_DATA) return code;
      if (code < 0) worst = code;
    }
    return worst;
  });
}

int32_t check_cloudwatch(const penstock_option* options, size_t count, size_t stride, penstock_problem_fn problem,
                         void* ctx) {
  return check_options(kCloudWatchOptions, options, count, stride, problem, ctx);
}

int32_t create_cloudwatch(const penstock_host* host, const penstock_option* options, size_t count, size_t stride,
                          penstock_instance** out, penstock_error* error) {
  return create_instance(kCloudWatchOptions, host, options, count, stride, out, error, CloudWatchLogs::make);
}

constexpr penstock_filter kCloudWatchFilter = {sizeof(penstock_filter), 0, apply_cloudwatch};

}  // namespace

constinit const penstock_stage kLambdaLogsStage = {
    sizeof(penstock_stage),
    PENSTOCK_FILTER,
    "lambda_logs",
    "Makes one JSON record of each log event: AWS Lambda's lines parsed, JSON passed through, the rest wrapped.",
    kLambdaOptions.data(),
    kLambdaOptions.size(),
    sizeof(penstock_option_info),
    nullptr,
    &kLambdaFilter,
    nullptr,
    check_lambda,
    create_lambda,
    instance_descriptor,
    instance_next_deadline_ms,
    instance_stats,
    instance_close,
    instance_destroy,
};

constinit const penstock_stage kCloudWatchLogsStage = {
    sizeof(penstock_stage),
    PENSTOCK_FILTER,
    "cloudwatch_logs",
    "Takes records that are CloudWatch Logs subscription messages apart into their log events, as the input does.",
    kCloudWatchOptions.data(),
    kCloudWatchOptions.size(),
    sizeof(penstock_option_info),
    nullptr,
    &kCloudWatchFilter,
    nullptr,
    check_cloudwatch,
    create_cloudwatch,
    instance_descriptor,
    instance_next_deadline_ms,
    instance_stats,
    instance_close,
    instance_destroy,
};

}  // namespace penstock
