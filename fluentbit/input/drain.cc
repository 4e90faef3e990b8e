#include "fluentbit/input/drain.h"

namespace penstock::fluentbit {

namespace {

constexpr int64_t kWarningIntervalMs = 30'000;

}  // namespace

Drain::End Drain::run(int64_t budget_ms, size_t& settled) {
  settled = 0;
  const int64_t start_ms = clock_();
  while (const Chunk* chunk = queue_.front()) {
    const bool taken = append_(*chunk);
    const int64_t now_ms = clock_();
    if (!taken) {
      if (!refused_since_ms_) {
        refused_since_ms_ = now_ms;
        warn_at_ms_ = now_ms + kWarningIntervalMs;
      }
      return End::kRefused;
    }
    refused_since_ms_.reset();
    queue_.settle_front();
    ++settled;
    if (now_ms - start_ms >= budget_ms) return queue_.front() == nullptr ? End::kEmpty : End::kTimeIsUp;
  }
  return End::kEmpty;
}

std::optional<std::string> Drain::warning() {
  const int64_t now_ms = clock_();
  if (!refused_since_ms_ || now_ms < warn_at_ms_) return std::nullopt;
  warn_at_ms_ = now_ms + kWarningIntervalMs;
  return "the agent rejects records of this input, which are retried every second: its buffer is full "
         "(mem_buf_limit, storage.max_chunks_up), because outputs are slow, or a processor of this input fails; "
         "seconds so far: " +
         std::to_string((now_ms - *refused_since_ms_) / 1000);
}

}  // namespace penstock::fluentbit
