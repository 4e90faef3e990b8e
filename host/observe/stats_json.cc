#include "host/observe/stats_json.h"

#include <span>

#include "base/json_writer.h"
#include "host/modules/module.h"
#include "host/observe/process_stats.h"
#include "host/observe/stage_stats.h"

namespace penstock::host {

namespace {

void append_number(std::string& out, std::string_view name, int64_t value) {
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':' + std::to_string(value);
}

void append_numbers(std::string& out, std::string_view name, std::span<const int64_t> values) {
  out += ',';
  append_json_string(out, name);
  out += ":[";
  for (const int64_t value : values) {
    if (out.back() != '[') out += ',';
    out += std::to_string(value);
  }
  out += ']';
}

std::string_view stat_kind_name(int32_t kind) {
  if (kind == PENSTOCK_COUNTER) return "counter";
  return kind == PENSTOCK_HISTOGRAM ? "histogram" : "gauge";
}

// Appends the members ready and reasons.
void append_readiness(std::string& out, const std::vector<NotReady>& reasons) {
  out += reasons.empty() ? "\"ready\":true,\"reasons\":[" : "\"ready\":false,\"reasons\":[";
  for (const NotReady& one : reasons) {
    if (out.back() != '[') out += ',';
    out += '{';
    append_json_member(out, "stage", one.stage);
    append_json_member(out, "reason", one.reason);
    out += '}';
  }
  out += ']';
}

void append_stat(std::string& out, const penstock_stat& stat) {
  if (out.back() != '[') out += ',';
  out += '{';
  append_json_member(out, "name", stat.name);
  append_json_member(out, "kind", stat_kind_name(stat.kind));
  append_json_member(out, "unit", stat.unit);
  append_number(out, "value", stat.value);
  const std::vector<StatLabel> labels = labels_of(stat);
  if (!labels.empty()) {
    out += ",\"labels\":{";
    for (const StatLabel& label : labels) append_json_member(out, label.name, label.value);
    out += '}';
  }
  if (const penstock_histogram* const histogram = histogram_of(stat)) {
    append_number(out, "sum", histogram->sum);
    append_numbers(out, "upper_bounds", {histogram->upper_bounds, histogram->bucket_count});
    append_numbers(out, "counts", {histogram->counts, histogram->bucket_count + 1});
  }
  out += '}';
}

}  // namespace

std::string readiness_json(const std::vector<NotReady>& reasons) {
  std::string out = "{";
  append_readiness(out, reasons);
  return out + "}\n";
}

std::string stats_json(const RunFacts& facts, Pipeline& pipeline, int64_t now_ms) {
  std::string out = "{";
  append_json_member(out, "version", facts.version);
  append_number(out, "uptime_ms", now_ms - facts.start_ms);
  append_number(out, "batches_in_flight", static_cast<int64_t>(pipeline.in_flight()));
  append_number(out, "released_batches", pipeline.released());
  const ProcessStats process = read_process_stats();
  out += ",\"process\":{";
  append_number(out, "cpu_ms", process.cpu_ms);
  if (process.resident_bytes) append_number(out, "resident_bytes", *process.resident_bytes);
  out += "},";
  append_readiness(out, reasons_not_ready(pipeline, now_ms));
  out += ",\"stages\":[";
  for_each_stage(pipeline, [&](const RunningStage& stage) {
    if (out.back() != '[') out += ',';
    out += '{';
    append_json_member(out, "stage", stage.log.label());
    append_json_member(out, "kind", kind_name(stage.instance.stage().kind));
    append_json_member(out, "plugin", stage.instance.stage().id);
    out += ",\"stats\":[";
    for_each_stat(stage, [&](const penstock_stat& stat) { append_stat(out, stat); });
    out += "]}";
  });
  return out + "]}\n";
}

}  // namespace penstock::host
