#include "host/observe/emf_report.h"

#include <string_view>
#include <utility>

#include "base/json_writer.h"
#include "host/observe/stage_stats.h"

namespace penstock::host {

namespace {

constexpr size_t kMaxMetrics = 100;  // of one object, by the specification

std::string_view unit_of(std::string_view unit) {
  if (unit == "bytes") return "Bytes";
  if (unit == "ms") return "Milliseconds";
  if (unit == "s") return "Seconds";
  return "Count";
}

}  // namespace

std::string EmfReport::lines(int64_t unix_ms) {
  std::string out;
  for_each_stage(pipeline_, [&](const RunningStage& stage) { out += line(stage, unix_ms); });
  return out;
}

std::string EmfReport::line(const RunningStage& stage, int64_t unix_ms) {
  const std::string& label = stage.log.label();
  std::string metrics;
  std::string members;
  size_t count = 0;
  for_each_stat(stage, [&](const penstock_stat& stat) {
    const bool unknown = stat.value < 0 && std::string_view(stat.unit) == "ms";
    if (stat.kind == PENSTOCK_HISTOGRAM || unknown || !labels_of(stat).empty() || count == kMaxMetrics) return;
    ++count;
    int64_t value = stat.value;
    if (stat.kind == PENSTOCK_COUNTER) value -= std::exchange(counted_[label + " " + stat.name], stat.value);
    metrics += metrics.empty() ? "{" : ",{";
    append_json_member(metrics, "Name", stat.name);
    append_json_member(metrics, "Unit", unit_of(stat.unit));
    metrics += '}';
    members += ',';
    append_json_string(members, stat.name);
    members += ':' + std::to_string(value);
  });
  if (count == 0) return {};
  std::string out =
      "{\"_aws\":{\"Timestamp\":" + std::to_string(unix_ms) +
      ",\"CloudWatchMetrics\":[{\"Namespace\":\"Penstock\",\"Dimensions\":[[\"stage\"]],\"Metrics\":[" + metrics +
      "]}]}";
  append_json_member(out, "stage", label);
  return out + members + "}\n";
}

}  // namespace penstock::host
