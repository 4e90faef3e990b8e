// The state of a run, read from /stats (host/observe/stats_json.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::host {

struct ShardLag {
  std::string stream;
  std::string shard;
  int64_t lag_ms;
};

struct StageState {
  std::string stage;                                   // label
  std::string kind;                                    // "input", "filter", or "output"
  std::map<std::string, int64_t, std::less<>> totals;  // by name; a statistic with labels is the sum over them

  // Returns a total, 0 if the stage does not report it.
  int64_t total(std::string_view name) const;
};

struct Snapshot {
  std::string version;
  int64_t uptime_ms = 0;
  int64_t batches_in_flight = 0;
  int64_t cpu_ms = 0;
  int64_t resident_bytes = 0;
  bool ready = false;
  std::vector<std::string> reasons;  // "STAGE: reason"
  std::vector<StageState> stages;
  std::vector<ShardLag> shards;  // the slowest first
};

// Returns the sum, or the limit of the type that it exceeds: the response may be of any program.
int64_t bounded_sum(int64_t a, int64_t b);

// Parses the body of /stats. Texts are made printable. Returns nullopt if it is not the state of a run.
std::optional<Snapshot> parse_snapshot(std::string json);

}  // namespace penstock::host
