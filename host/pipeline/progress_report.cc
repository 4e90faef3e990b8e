#include "host/pipeline/progress_report.h"

#include <algorithm>

#include "base/units.h"
#include "client/clock.h"

namespace penstock::host {

namespace {

struct Reading {
  Totals& totals;
  int32_t kind;
  int64_t records_in = 0;
  int64_t records_out = -1;  // -1: not reported
};

void add_input_stat(Totals& totals, std::string_view name, int64_t value) {
  if (name == "received_records") totals.source_records += value;
  if (name == "emitted_events") totals.events += value;
  if (name == "received_bytes") totals.bytes_in += value;
  if (name == "lag_ms") totals.lag_ms = std::max(totals.lag_ms, value);
  if (name == "oldest_unacked_ms") totals.oldest_unacked_ms = std::max(totals.oldest_unacked_ms, value);
}

void add_output_stat(Reading& reading, std::string_view name, int64_t value) {
  if (name == "received_records") reading.records_in = value;
  if (name == "delivered_records") reading.records_out = value;
  if (name == "delivered_bytes") reading.totals.bytes_out += value;
  if (name == "in_flight_bytes") reading.totals.in_flight_bytes += value;
}

void on_stat(void* ctx, const penstock_stat* stat) noexcept {
  Reading& reading = *static_cast<Reading*>(ctx);
  const std::string_view name = stat->name;
  if (reading.kind == PENSTOCK_INPUT) add_input_stat(reading.totals, name, stat->value);
  if (reading.kind == PENSTOCK_OUTPUT) add_output_stat(reading, name, stat->value);
  if (name == "retries") reading.totals.retries += stat->value;
  if (name == "dead_letter_records") reading.totals.dead_letters += stat->value;
}

void read(Totals& totals, const client::Instance& instance) {
  Reading reading{totals, instance.stage().kind};
  instance.stats(on_stat, &reading);
  totals.records_out += reading.records_out >= 0 ? reading.records_out : reading.records_in;
}

std::string rate(int64_t now, int64_t before, int64_t elapsed_ms) {
  return elapsed_ms <= 0 ? "" : " (" + std::to_string((now - before) * 1000 / elapsed_ms) + "/s)";
}

}  // namespace

Totals read_totals(Pipeline& pipeline) {
  Totals totals;
  for (const Input& input : pipeline.inputs()) read(totals, input.stage->instance);
  for (const auto& filter : pipeline.filters()) read(totals, filter->instance);
  for (const Output& output : pipeline.outputs()) read(totals, output.stage->instance);
  return totals;
}

std::string format_progress(const Totals& now, const Totals& before, int64_t elapsed_ms,
                            size_t batches_in_flight) {
  std::string out = "in " + std::to_string(now.source_records) + " records, " + std::to_string(now.events) +
                    " events" + rate(now.events, before.events, elapsed_ms) + ", " + format_bytes(now.bytes_in);
  out += "; out " + std::to_string(now.records_out) + " records" +
         rate(now.records_out, before.records_out, elapsed_ms) + ", " + format_bytes(now.bytes_out);
  if (now.lag_ms >= 0) out += "; lag " + std::to_string(now.lag_ms) + " ms";
  if (now.oldest_unacked_ms >= 0)
    out += "; oldest unacknowledged " + std::to_string(now.oldest_unacked_ms) + " ms";
  out += "; in flight " + std::to_string(batches_in_flight) +
         (batches_in_flight == 1 ? " batch, " : " batches, ") + format_bytes(now.in_flight_bytes);
  out += "; retries " + std::to_string(now.retries) + ", dead letters " + std::to_string(now.dead_letters);
  return out;
}

ProgressReport::ProgressReport(Pipeline& pipeline)
    : pipeline_(pipeline), start_ms_(client::monotonic_ms()), before_ms_(start_ms_) {}

std::string ProgressReport::summary(int64_t now_ms) const {
  return format_progress(read_totals(pipeline_), {}, now_ms - start_ms_, pipeline_.in_flight());
}

std::string ProgressReport::line(int64_t now_ms) {
  const Totals now = read_totals(pipeline_);
  std::string out = format_progress(now, before_, now_ms - before_ms_, pipeline_.in_flight());
  before_ = now;
  before_ms_ = now_ms;
  return out;
}

}  // namespace penstock::host
