#include "core/kinesis/output/shard_limiter.h"

#include <algorithm>

namespace penstock::kinesis {

namespace {
constexpr double kRecordsPerSecond = 1000;
constexpr double kBytesPerSecond = 1 << 20;
constexpr int64_t kSecondMs = 1'000;
// How long an entry takes capacity: a second, and what one call may need less than another to reach the service.
constexpr int64_t kTakenMs = kSecondMs + 20;
constexpr int64_t kTogetherMs = 20;  // what is sent within this time counts as sent at its end
constexpr int64_t kAheadMs = 1'000;
constexpr double kMinShare = 0.05;
constexpr int64_t kForgottenMs = 30'000;
constexpr double kBusyShare = 0.75;  // from it on, a budget is not forgotten

double share_of(size_t records, size_t bytes) {
  return std::max(static_cast<double>(records) / kRecordsPerSecond, static_cast<double>(bytes) / kBytesPerSecond);
}

}  // namespace

// Grows slowly at first, while the shard is probably full, and then faster: by 1% in the first second, and by 40%
// in ten seconds.
double ShardLimiter::share_now(const Budget& budget, int64_t now_ms) {
  const double seconds = static_cast<double>(now_ms - budget.throttled_ms) / kSecondMs;
  return std::min(1.0, budget.share + 0.01 * seconds + 0.003 * seconds * seconds);
}

void ShardLimiter::take_first(Budget& budget) {
  budget.taken -= budget.sent.front().share;
  budget.sent.pop_front();
  if (budget.sent.empty()) budget.taken = 0;  // without the errors of rounding
}

ShardLimiter::Admission ShardLimiter::admit(uint32_t shard, size_t records, size_t bytes, int64_t now_ms) {
  const auto found = budgets_.find(shard);
  if (found == budgets_.end()) return {now_ms, true};
  Budget& budget = found->second;
  std::deque<Sent>& sent = budget.sent;
  while (!sent.empty() && sent.front().at_ms + kTakenMs <= now_ms) take_first(budget);
  if (now_ms >= budget.throttled_ms + kForgottenMs && budget.taken < kBusyShare) {
    budgets_.erase(found);
    return {now_ms, true};
  }
  const double limit = share_now(budget, now_ms);
  const double share = share_of(records, bytes);
  int64_t at_ms = sent.empty() ? now_ms : std::max(now_ms, sent.back().at_ms);
  while (budget.taken + share > limit && !sent.empty()) {
    at_ms = std::max(at_ms, sent.front().at_ms + kTakenMs);
    if (at_ms > now_ms + kAheadMs) return {now_ms + kAheadMs, false};
    take_first(budget);
  }
  if (sent.empty() || sent.back().at_ms < at_ms)
    sent.push_back({(at_ms + kTogetherMs - 1) / kTogetherMs * kTogetherMs, 0});
  sent.back().share += share;
  budget.taken += share;
  return {at_ms, true};
}

void ShardLimiter::on_throttled(uint32_t shard, size_t bytes, int64_t now_ms) {
  const auto [found, fresh] = budgets_.try_emplace(shard, Budget{1, now_ms, now_ms - kSecondMs});
  Budget& budget = found->second;
  if (fresh) {
    // The shard is full: its capacity becomes free in the course of the next second.
    constexpr int kParts = 10;
    for (int i = 1; i <= kParts; ++i)
      budget.sent.push_back({now_ms - kTakenMs + i * kSecondMs / kParts, 1.0 / kParts});
    budget.taken = 1;
  }
  if (now_ms >= budget.lowered_ms + kSecondMs + kAheadMs)
    budget.lowered_ms = now_ms;
  else if (now_ms >= budget.lowered_ms + kSecondMs)
    return;  // admitted before the share was lowered
  budget.share = std::max(kMinShare, share_now(budget, now_ms) - share_of(1, bytes));
  budget.throttled_ms = now_ms;
}

}  // namespace penstock::kinesis
