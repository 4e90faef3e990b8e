#include "host/plan/stage_log.h"

#include <optional>

namespace penstock::host {

namespace {

constexpr int64_t kRepeatIntervalMs = 10'000;
// Time after which calls that fail again and again need a person.
constexpr int64_t kLongOutageMs = 60'000;

}  // namespace

StageLog::StageLog(std::string label, Log& log)
    : label_(std::move(label)), log_(log), repeats_(kRepeatIntervalMs) {}

void StageLog::result(Call call, int32_t result, const client::Error& error, int64_t now_ms) {
  static constexpr std::array<const char*, 5> kNames = {"poll", "pump", "apply", "write", "ack"};
  Outage& outage = outages_[static_cast<size_t>(call)];
  if (result >= 0) {
    if (outage.logged) {
      info(std::string(kNames[static_cast<size_t>(call)]) + " succeeds again; failures: " +
           std::to_string(outage.failures) + " in " + std::to_string(now_ms - outage.since_ms) + " ms");
    }
    outage = {};
    return;
  }
  const std::optional<std::string> text = repeats_.pass({}, error.describe(result), now_ms);
  if (error.retryable == 0) {
    if (text) line(PENSTOCK_LOG_ERROR, *text);
    return;
  }
  if (outage.failures++ == 0) outage.since_ms = now_ms;
  if (!text) return;
  line(now_ms - outage.since_ms < kLongOutageMs ? PENSTOCK_LOG_WARN : PENSTOCK_LOG_ERROR, *text);
  outage.logged = true;
}

}  // namespace penstock::host
