#include "core/kinesis/output/shard_limiter.h"

#include <algorithm>

namespace penstock::kinesis {

namespace {
constexpr double kRecordsPerMs = 1;
constexpr double kBytesPerMs = (1 << 20) / 1000.0;
constexpr int64_t kBurstMs = 100;  // allowed ahead of the rate
constexpr int64_t kAheadMs = 1'000;
constexpr double kCut = 0.9;  // factor for the share after a throttling
// Minimum time between two such reductions of a share.
constexpr int64_t kCutPauseMs = 1'000;
constexpr double kMinShare = 0.05;
constexpr double kGrowthPerMs = 0.02 / 1000;
constexpr double kForgottenShare = 1.5;
}  // namespace

double ShardLimiter::share_now(const Budget& budget, int64_t now_ms) {
  return budget.share + static_cast<double>(now_ms - budget.since_ms) * kGrowthPerMs;
}

ShardLimiter::Admission ShardLimiter::admit(uint32_t shard, size_t records, size_t bytes, int64_t now_ms) {
  const auto found = budgets_.find(shard);
  if (found == budgets_.end()) return {now_ms, true};
  Budget& budget = found->second;
  const double share = share_now(budget, now_ms);
  const auto now = static_cast<double>(now_ms);
  if (share >= kForgottenShare && budget.free_ms <= now) {
    budgets_.erase(found);
    return {now_ms, true};
  }
  const double cost_ms =
      std::max(static_cast<double>(records) / kRecordsPerMs, static_cast<double>(bytes) / kBytesPerMs) / share;
  const double start_ms = std::max(budget.free_ms, now);
  if (start_ms > now + kAheadMs) return {now_ms + kAheadMs, false};
  budget.free_ms = start_ms + cost_ms;
  if (start_ms <= now + static_cast<double>(kBurstMs)) return {now_ms, true};
  // Rounds up to the next tenth of a second, so that records share calls.
  return {(static_cast<int64_t>(start_ms) / kBurstMs + 1) * kBurstMs, true};
}

void ShardLimiter::on_throttled(uint32_t shard, int64_t now_ms) {
  const auto [found, fresh] =
      budgets_.try_emplace(shard, Budget{1, now_ms, static_cast<double>(now_ms + kBurstMs)});
  Budget& budget = found->second;
  if (fresh || now_ms < budget.since_ms + kCutPauseMs) return;
  budget.share = std::max(kMinShare, share_now(budget, now_ms) * kCut);
  budget.since_ms = now_ms;
}

}  // namespace penstock::kinesis
