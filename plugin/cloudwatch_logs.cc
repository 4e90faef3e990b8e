// The filter stage cloudwatch_logs: options and ABI over core/logs/subscription.
#include <array>
#include <memory>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/records.h"
#include "core/logs/subscription.h"
#include "plugin/connection.h"
#include "plugin/instance.h"
#include "plugin/stage.h"
#include "plugin/stages.h"

namespace penstock {

namespace {

class CloudWatchLogs : public penstock_instance {
 public:
  static constexpr std::array kOptions = {
      option("inflate_limit", "size", "16M",
             "Largest text that one record may inflate to; a larger one is an error."),
      option(
          "extracted_fields", "on|off", "off",
          "Keep what CloudWatch Logs extracted from an event, for the filter to add. The account and the region "
          "in it are read either way."),
  };

  static Made make(const penstock_host&, const Options& options) {
    return Made(std::make_unique<CloudWatchLogs>(options));
  }
  explicit CloudWatchLogs(const Options& options)
      : penstock_instance(kCloudWatchLogsStage),
        reader(options.size_bytes("inflate_limit"),
               options.on("extracted_fields") ? ExtractedFields::keep : ExtractedFields::drop) {}

  void stats(penstock_stat_fn stat, void* stat_ctx) const override {
    const SubscriptionCounters& counters = reader.counters();
    const StatTeller tell(stat, stat_ctx);
    tell.counter("messages", "messages", "data messages taken apart", counters.messages);
    tell.counter("events_out", "events", "log events found in them", counters.events);
    tell.counter("control_messages", "messages", "health checks, skipped", counters.control_messages);
    tell.counter("other_messages", "messages", "of an unknown type, skipped", counters.other_messages);
    tell.counter("text_bytes", "bytes", "their text, inflated", counters.inflated_bytes);
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

int32_t apply(penstock_instance* self, const penstock_batch* given, penstock_emit_fn emit, void* emit_ctx,
              penstock_error* error) {
  if (emit == nullptr) return tell(error, PENSTOCK_E_INVALID, false, "emit is NULL");
  return guarded_as<CloudWatchLogs>(kCloudWatchLogsStage, self, In::open, error, [&](CloudWatchLogs& it) {
    penstock_batch batch;
    int32_t code = PENSTOCK_OK;
    if (!read_batch(given, batch, error, code)) return code;
    int32_t worst = PENSTOCK_OK;
    for (uint64_t i = 0; i < batch.record_count; ++i) {
      penstock_error* const first_error = worst == PENSTOCK_OK ? error : nullptr;
      code = take_apart(it.reader, batch, record_at(batch, i), emit, emit_ctx, first_error);
      if (code < 0 && code != PENSTOCK_E_DATA) return code;
      if (code < 0) worst = code;
    }
    return worst;
  });
}

constexpr penstock_filter kCalls = {sizeof(penstock_filter), 0, apply};

}  // namespace

constinit const penstock_stage kCloudWatchLogsStage = Stage<CloudWatchLogs>::filter(
    "cloudwatch_logs",
    "Takes records that are CloudWatch Logs subscription messages apart into their log events, as the input does.",
    kCalls);

}  // namespace penstock
