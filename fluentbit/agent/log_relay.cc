#include "fluentbit/agent/log_relay.h"

#include "base/message_id.h"

namespace penstock::fluentbit {

namespace {

constexpr size_t kMaxLines = 100;

}  // namespace

void LogRelay::line(int32_t level, std::string text) {
  if (level > max_level_) return;
  const std::lock_guard lock(mutex_);
  if (lines_.size() < kMaxLines)
    lines_.emplace_back(level, std::move(text));
  else
    ++left_out_;
  waiting_.raise();
}

void LogRelay::print(const Print& print) {
  std::vector<std::pair<int32_t, std::string>> lines;
  uint64_t left_out = 0;
  {
    const std::lock_guard lock(mutex_);
    lines.swap(lines_);
    std::swap(left_out, left_out_);
  }
  for (const auto& [level, text] : lines) print(level, text);
  if (left_out > 0)
    print(PENSTOCK_LOG_WARN,
          coded("PS0967", "lines of this log were dropped, because too many were waiting; lines: " +
                              std::to_string(left_out)));
}

}  // namespace penstock::fluentbit
