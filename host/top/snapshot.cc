#include "host/top/snapshot.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/json_reader.h"
#include "base/text.h"

namespace penstock::host {

namespace {

int64_t integer(const JsonValue& value) { return value.integer().value_or(0); }

std::string text(const JsonValue& value) { return printable(value.text()); }

void add_stat(Snapshot& out, StageState& stage, const JsonValue& stat) {
  const JsonValue labels = stat["labels"];
  const std::string_view name = stat["name"].text();
  const int64_t value = integer(stat["value"]);
  if (name == "shard_lag_ms") out.shards.push_back({text(labels["stream"]), text(labels["shard"]), value});
  int64_t& total = stage.totals[std::string(name)];
  total = bounded_sum(total, value);
}

}  // namespace

int64_t bounded_sum(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return a < 0 ? INT64_MIN : INT64_MAX;
  return sum;
}

int64_t StageState::total(std::string_view name) const {
  const auto found = totals.find(name);
  return found == totals.end() ? 0 : found->second;
}

std::optional<Snapshot> parse_snapshot(std::string json) {
  const std::optional<JsonDocument> document = JsonDocument::parse(std::move(json));
  if (!document || !(*document)["uptime_ms"].integer() || !(*document)["stages"].is_array()) return std::nullopt;
  const JsonValue root = document->root();
  Snapshot out;
  out.version = text(root["version"]);
  out.uptime_ms = integer(root["uptime_ms"]);
  out.batches_in_flight = integer(root["batches_in_flight"]);
  out.cpu_ms = integer(root["process"]["cpu_ms"]);
  out.resident_bytes = integer(root["process"]["resident_bytes"]);
  for (const JsonValue& reason : root["reasons"].elements())
    out.reasons.push_back(text(reason["stage"]) + ": " + text(reason["reason"]));
  out.ready = out.reasons.empty();
  for (const JsonValue& one : root["stages"].elements()) {
    StageState stage{text(one["stage"]), text(one["kind"]), {}};
    for (const JsonValue& stat : one["stats"].elements()) add_stat(out, stage, stat);
    out.stages.push_back(std::move(stage));
  }
  std::sort(out.shards.begin(), out.shards.end(), [](const ShardLag& a, const ShardLag& b) {
    return std::tie(b.lag_ms, a.stream, a.shard) < std::tie(a.lag_ms, b.stream, b.shard);
  });
  return out;
}

}  // namespace penstock::host
