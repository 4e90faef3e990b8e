#include "host/observe/endpoints.h"

#include <string>
#include <utility>

#include "base/text.h"
#include "client/clock.h"
#include "host/observe/process_stats.h"
#include "host/observe/prometheus_text.h"
#include "host/observe/readiness.h"
#include "host/observe/stage_metrics.h"
#include "host/observe/stage_stats.h"

namespace penstock::host {

namespace {

constexpr char kJson[] = "application/json";
constexpr char kText[] = "text/plain; charset=utf-8";

// The names under which other programs report the same facts:
// https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
void add_process(PrometheusText& page, int64_t start_unix_ms) {
  const ProcessStats process = read_process_stats();
  page.add(MetricType::counter, "process_cpu_seconds", "user and system time of all threads",
           {process.cpu_ms, 1000});
  if (process.resident_bytes)
    page.add(MetricType::gauge, "process_resident_memory_bytes", "resident memory", {*process.resident_bytes});
  page.add(MetricType::gauge, "process_start_time_seconds", "when the process started, Unix time",
           {start_unix_ms, 1000});
  if (process.open_descriptors)
    page.add(MetricType::gauge, "process_open_fds", "open file descriptors", {*process.open_descriptors});
  page.add(MetricType::gauge, "process_max_fds", "limit of open_fds", {process.max_descriptors});
}

void add_host(PrometheusText& page, const RunFacts& facts, Pipeline& pipeline, int64_t now_ms) {
  const MetricLabel version[] = {{"version", facts.version}};
  const size_t build =
      page.family(MetricType::gauge, "penstock_build_info", "the version of the program as a label; always 1");
  page.add_sample(build, version, {1});
  page.add(MetricType::gauge, "penstock_uptime_seconds", "since the start of the run",
           {now_ms - facts.start_ms, 1000});
  page.add(MetricType::gauge, "penstock_ready", "1 if /readyz answers 200, else 0",
           {reasons_not_ready(pipeline, now_ms).empty() ? 1 : 0});
  page.add(MetricType::gauge, "penstock_batches_in_flight", "batches that some stage has not settled",
           {static_cast<int64_t>(pipeline.in_flight())});
  page.add(MetricType::counter, "penstock_released_batches",
           "batches that were neither delivered nor in a dead-letter file, and will be read again",
           {pipeline.released()});
  const size_t emitted = page.family(MetricType::counter, "penstock_accepted_batches",
                                     "batches of an input that its filters and outputs accepted");
  for (const Input& input : pipeline.inputs()) {
    const MetricLabel stage[] = {{"stage", input.stage->log.label()}};
    page.add_sample(emitted, stage, {input.batches_emitted});
  }
  const size_t full = page.family(MetricType::gauge, "penstock_output_full",
                                  "1 while the inputs wait for the output to make room");
  const size_t unsettled = page.family(MetricType::gauge, "penstock_output_unsettled_batches",
                                       "accepted by the output and not settled yet");
  for (const Output& output : pipeline.outputs()) {
    const MetricLabel stage[] = {{"stage", output.stage->log.label()}};
    page.add_sample(full, stage, {output.full ? 1 : 0});
    page.add_sample(unsettled, stage, {static_cast<int64_t>(output.unsettled)});
  }
}

}  // namespace

Endpoints::Endpoints() : facts_{PENSTOCK_VERSION, client::monotonic_ms()}, start_unix_ms_(client::unix_ms()) {}

HttpResponse Endpoints::respond(const HttpRequest& request) {
  const int64_t now_ms = client::monotonic_ms();
  if (request.path == "/metrics") return metrics(request);
  if (request.path == "/healthz") return {200, kText, "ok\n"};
  if (request.path == "/stats") return {200, kJson, stats_json(facts_, *pipeline_, now_ms)};
  if (request.path == "/readyz") {
    const std::vector<NotReady> reasons = reasons_not_ready(*pipeline_, now_ms);
    return {reasons.empty() ? 200 : 503, kJson, readiness_json(reasons)};
  }
  return {404, kText, "expected /metrics, /healthz, /readyz, or /stats\n"};
}

HttpResponse Endpoints::metrics(const HttpRequest& request) {
  const bool openmetrics = lower_case(request.accept).find("application/openmetrics-text") != std::string::npos;
  const MetricsFormat format = openmetrics ? MetricsFormat::openmetrics : MetricsFormat::prometheus;
  page_.start(format);
  add_host(page_, facts_, *pipeline_, client::monotonic_ms());
  add_process(page_, start_unix_ms_);
  StageMetrics metrics(page_);
  for_each_stage(*pipeline_, [&](const RunningStage& stage) {
    for_each_stat(stage, [&](const penstock_stat& stat) {
      metrics.add(stage.instance.stage().kind, stage.log.label(), stat);
    });
  });
  return {200, std::string(PrometheusText::content_type(format)), page_.finish()};
}

}  // namespace penstock::host
