// The filter stage cloudwatch_logs: options and ABI over core/kinesis/input/record_decoder.
#include <array>
#include <memory>
#include <utility>

#include "base/bytes.h"
#include "base/records.h"
#include "core/kinesis/input/record_decoder.h"
#include "plugin/abi/instance.h"
#include "plugin/abi/stage.h"
#include "plugin/settings/connection.h"
#include "plugin/settings/record_format.h"
#include "plugin/stages/stages.h"

namespace penstock::plugin {

namespace {

class CloudWatchLogs : public penstock_instance {
 public:
  static constexpr std::array kOptions = {
      option("format", kRecordFormats, "cloudwatch_logs",
             "Format of the records. cloudwatch_logs: subscription messages; anything else is an error. raw: each "
             "record is one event, unchanged. auto: distinguish the two as the input does."),
      option(
          "deaggregate", "on|off", "on",
          "on: first split a record that the KPL aggregated into its user records. off: treat it as one record."),
      option("inflate_limit", "size", "16M",
             "Maximum decompressed size of one record; a larger record is an error."),
      option("extracted_fields", "on|off", "off",
             "on: keep the fields that CloudWatch Logs extracted from an event, for the filter to add. The "
             "account, region, and log group of the source in them are read in either case."),
  };

  using Settings = kinesis::DecodeOptions;
  // The shard of a record is unknown here, so hash_range_rule cannot apply.
  static Settings read_settings(const Options& options, const Complain&) {
    return {.format = read_record_format(options),
            .deaggregate = options.on("deaggregate"),
            .hash_range_rule = false,
            .inflate_limit_bytes = options.size_bytes("inflate_limit"),
            .extracted_fields =
                options.on("extracted_fields") ? logs::ExtractedFields::keep : logs::ExtractedFields::drop};
  }
  static Made make(const penstock_host&, const Options&, const Settings& settings) {
    return Made(std::make_unique<CloudWatchLogs>(settings));
  }
  explicit CloudWatchLogs(const Settings& settings) : penstock_instance(kCloudWatchLogsStage), decoder(settings) {}

  void stats(penstock_stat_fn stat, void* stat_ctx) const override {
    const logs::SubscriptionCounters& messages = decoder.messages();
    const int64_t raw_events = decoder.counters().raw_events;
    const MetricsSink metrics(stat, stat_ctx);
    metrics.counter("messages", "messages", "data messages decoded", messages.messages);
    metrics.counter("emitted_events", "events", "log events emitted", messages.events + raw_events);
    metrics.counter("raw_events", "events", "records that are not messages, emitted unchanged as one event each",
                    raw_events);
    metrics.counter("control_messages", "messages", "health checks, skipped", messages.control_messages);
    metrics.counter("unknown_messages", "messages", "messages of an unknown type, skipped",
                    messages.other_messages);
    metrics.counter("inflated_bytes", "bytes", "size of the messages, decompressed", decoder.text_bytes());
  }

  kinesis::RecordDecoder decoder;
};

int32_t take_apart(kinesis::RecordDecoder& decoder, const penstock_batch& batch, const penstock_record& record,
                   penstock_emit_fn emit, void* emit_ctx, penstock_error* error) {
  decoder.begin(view(record.body), batch, {});
  Status problem;  // the first problem
  while (decoder.next_user_record()) {
    penstock_batch events;
    while (decoder.next(events)) {
      events.ack_id = batch.ack_id;
      if (const int32_t answer = emit(emit_ctx, &events); answer < 0)
        return set_error(error, answer, true, "PS0079", "emit rejected a batch");
    }
    if (problem.ok()) problem = decoder.problem();
  }
  return problem.ok() ? PENSTOCK_OK : set_error(error, PENSTOCK_E_DATA, false, problem.id(), problem.message());
}

int32_t apply(penstock_instance* self, const penstock_batch* given, penstock_emit_fn emit, void* emit_ctx,
              penstock_error* error) {
  if (emit == nullptr) return set_error(error, PENSTOCK_E_INVALID, false, "PS0052", "emit is NULL");
  return guarded_as<CloudWatchLogs>(kCloudWatchLogsStage, self, In::open, error, [&](CloudWatchLogs& it) {
    penstock_batch batch;
    int32_t code = PENSTOCK_OK;
    if (!read_batch(given, batch, error, code)) return code;
    int32_t worst = PENSTOCK_OK;
    for (uint64_t i = 0; i < batch.record_count; ++i) {
      penstock_error* const first_error = worst == PENSTOCK_OK ? error : nullptr;
      code = take_apart(it.decoder, batch, record_at(batch, i), emit, emit_ctx, first_error);
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
    "Decodes records, such as those of CloudWatch Logs subscriptions, into log events, as the input does.",
    kCalls);

}  // namespace penstock::plugin
