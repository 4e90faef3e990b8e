#include "tests/sim/kcl_lease_taker.h"

#include <algorithm>
#include <utility>

namespace penstock::sim {

using dynamodb::Kcl2Lease;

namespace {

constexpr int64_t kNeverRenewed = -1'000'000'000;
constexpr int64_t kVeryOld = 3;  // times the failover time

}  // namespace

void KclLeaseTaker::observe(const std::vector<Kcl2Lease>& rows, int64_t now_ms) {
  std::map<std::string, Seen> seen;
  for (const Kcl2Lease& row : rows) {
    int64_t changed_ms = row.owner ? now_ms : kNeverRenewed;
    if (const auto before = seen_.find(row.key); before != seen_.end())
      changed_ms = before->second.lease.counter == row.counter ? before->second.changed_ms : now_ms;
    seen.emplace(row.key, Seen{row, changed_ms});
  }
  seen_ = std::move(seen);
}

void KclLeaseTaker::taken(const std::string& key, int64_t now_ms) {
  if (const auto seen = seen_.find(key); seen != seen_.end()) seen->second.changed_ms = now_ms;
}

std::vector<Kcl2Lease> KclLeaseTaker::choose(int64_t now_ms, SimRandom& random) const {
  std::map<std::string, std::vector<Kcl2Lease>> workers{{worker_, {}}};
  std::vector<Kcl2Lease> available, very_old;
  for (const auto& [key, seen] : seen_) {
    const int64_t age_ms = now_ms - seen.changed_ms;
    if (age_ms > kVeryOld * failover_ms_) very_old.push_back(seen.lease);
    if (!seen.lease.owner || age_ms > failover_ms_)
      available.push_back(seen.lease);
    else
      workers[*seen.lease.owner].push_back(seen.lease);
  }
  const auto some_of = [&random](std::vector<Kcl2Lease> of, size_t most) {
    for (size_t i = of.size(); i > 1; --i) std::swap(of[i - 1], of[random.up_to(i - 1)]);
    of.resize(std::min(of.size(), most));
    return of;
  };
  const size_t mine = workers[worker_].size();
  if (!very_old.empty()) return some_of(std::move(very_old), max_leases_ - std::min(mine, max_leases_));
  const size_t even = (seen_.size() + workers.size() - 1) / workers.size();
  const size_t target = workers.size() >= seen_.size() ? 1 : std::min(even, max_leases_);
  if (mine >= target) return {};
  if (!available.empty()) return some_of(std::move(available), target - mine);
  const auto busiest = std::max_element(workers.begin(), workers.end(), [](const auto& a, const auto& b) {
    return a.second.size() < b.second.size();
  });
  const size_t most = busiest->second.size();
  if (most > target || (most == target && target - mine > 1)) return some_of(busiest->second, 1);
  return {};
}

}  // namespace penstock::sim
