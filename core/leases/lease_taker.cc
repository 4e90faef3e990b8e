#include "core/leases/lease_taker.h"

#include <algorithm>
#include <utility>

namespace penstock::leases {

namespace {

void shuffle(std::vector<Lease>& leases, Random& random) {
  for (size_t left = leases.size(); left > 1; --left)
    std::swap(leases[left - 1], leases[static_cast<size_t>(random.next() % left)]);
}

}  // namespace

void LeaseTaker::observe(const std::vector<Lease>& rows, int64_t boot_ms) {
  const bool was_away = boot_ms - observed_boot_ms_ > failover_ms_;
  std::map<std::string, Seen> seen;
  for (const Lease& row : rows) {
    const auto before = seen_.find(row.key);
    const bool unchanged = !was_away && before != seen_.end() && before->second.counter == row.counter &&
                           before->second.owner == row.owner;
    seen[row.key] = unchanged ? before->second : Seen{row.counter, row.owner, boot_ms};
  }
  seen_ = std::move(seen);
  observed_boot_ms_ = boot_ms;
}

int64_t LeaseTaker::unchanged_ms(const Lease& row, int64_t boot_ms) const {
  const auto seen = seen_.find(row.key);
  const bool is_as_seen = seen != seen_.end() && seen->second.counter == row.counter;
  return is_as_seen ? boot_ms - seen->second.since_boot_ms : 0;
}

LeaseTaker::Choice LeaseTaker::choose(const std::vector<Lease>& rows, const std::set<std::string>& held,
                                      int64_t boot_ms, Random& random) const {
  size_t leases = 0, mine = 0;
  std::vector<Lease> available;
  std::map<std::string, std::vector<Lease>> of_others;  // by owner
  for (const Lease& row : rows) {
    if (row.checkpoint == kinesis::kShardEnd) continue;
    ++leases;
    if (held.contains(row.key)) {
      ++mine;
    } else if (row.owner == worker_ || !has_live_owner(row, boot_ms)) {
      // Ours, but not held: the response to the call that took it was lost.
      available.push_back(row);
    } else {
      of_others[row.owner].push_back(row);
    }
  }
  const size_t workers = of_others.size() + 1;
  const size_t share = (leases + workers - 1) / workers, free = available.size();
  size_t room = share - std::min(mine, share);
  if (room == 0) {
    // mutation: leases above the share never taken
    std::erase_if(available, [&](const Lease& row) { return !is_neglected(row, boot_ms); });
    room = (available.size() + workers - 1) / workers;  // the other workers see them too
  }
  if (!available.empty()) {
    shuffle(available, random);
    return {std::move(available), room, free};
  }
  if (mine >= share) return {{}, 0, free};
  std::vector<Lease> candidates;
  size_t most = mine + 2;
  for (const auto& [owner, theirs] : of_others) {
    if (theirs.size() < most) continue;
    if (theirs.size() > most) candidates.clear();
    most = theirs.size();
    candidates.insert(candidates.end(), theirs.begin(), theirs.end());
  }
  if (candidates.empty()) return {};
  return {{candidates[static_cast<size_t>(random.next() % candidates.size())]}, 1, 0};
}

}  // namespace penstock::leases
