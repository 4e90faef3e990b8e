#include "tests/sim/kcl_worker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "core/kinesis/input/shard_position.h"
#include "tests/sim/lease_fleet.h"

namespace penstock::sim {

using dynamodb::Kcl2Lease;

namespace {

constexpr int64_t kEpsilonMs = 25;
constexpr int64_t kReadMs = 1'000;
constexpr size_t kEmittedARead = 100;
constexpr int64_t kNeverRenewed = -1'000'000'000;
constexpr int64_t kVeryOld = 3;  // times the failover time

}  // namespace

KclWorker::KclWorker(LeaseFleet& fleet, const std::string& id, uint64_t seed, size_t max_leases)
    : fleet_(fleet),
      id_(id),
      max_leases_(max_leases),
      random_(seed),
      client_([&fleet](model::Request request) { return fleet.serve(std::move(request)); },
              [&fleet] { return fleet.clock.unix_ms(); }),
      kcl_(client_, "app", id),
      next_take_ms_(fleet.clock.monotonic_ms()),
      next_renewal_ms_(next_take_ms_),
      next_read_ms_(next_take_ms_) {}

void KclWorker::advance() {
  const int64_t now_ms = fleet_.clock.monotonic_ms();
  if (now_ms >= next_renewal_ms_) renew();
  if (now_ms >= next_take_ms_) take();
  if (now_ms >= next_read_ms_) read();
}

int64_t KclWorker::next_deadline_ms() const { return std::min({next_take_ms_, next_renewal_ms_, next_read_ms_}); }

std::set<std::string> KclWorker::shards() const {
  std::set<std::string> shards;
  for (const auto& [key, held] : held_)
    if (!held.ended) shards.insert(key);
  return shards;
}

void KclWorker::scan() {
  const int64_t now_ms = fleet_.clock.monotonic_ms();
  const auto rows = kcl_.list();
  ASSERT_TRUE(rows) << "a row that KCL cannot read";
  std::map<std::string, Seen> seen;
  for (const Kcl2Lease& row : *rows) {
    int64_t changed_ms = row.owner ? now_ms : kNeverRenewed;
    if (const auto before = seen_.find(row.key); before != seen_.end())
      changed_ms = before->second.lease.counter == row.counter ? before->second.changed_ms : now_ms;
    seen.emplace(row.key, Seen{row, changed_ms});
  }
  seen_ = std::move(seen);
}

std::vector<Kcl2Lease*> KclWorker::choose() {
  std::map<std::string, std::vector<Kcl2Lease*>> workers{{id_, {}}};
  std::vector<Kcl2Lease*> available, very_old;
  for (auto& [key, seen] : seen_) {
    const int64_t age_ms = fleet_.clock.monotonic_ms() - seen.changed_ms;
    if (age_ms > kVeryOld * fleet_.failover_ms) very_old.push_back(&seen.lease);
    if (!seen.lease.owner || age_ms > fleet_.failover_ms)
      available.push_back(&seen.lease);
    else
      workers[*seen.lease.owner].push_back(&seen.lease);
  }
  const auto some_of = [this](std::vector<Kcl2Lease*> of, size_t most) {
    for (size_t i = of.size(); i > 1; --i) std::swap(of[i - 1], of[random_.up_to(i - 1)]);
    of.resize(std::min(of.size(), most));
    return of;
  };
  const size_t mine = workers[id_].size();
  if (!very_old.empty()) return some_of(std::move(very_old), max_leases_ - std::min(mine, max_leases_));
  const size_t even = std::max<size_t>(1, (seen_.size() + workers.size() - 1) / workers.size());
  const size_t target = std::min(even, max_leases_);
  if (mine >= target) return {};
  if (!available.empty()) return some_of(std::move(available), target - mine);
  const auto busiest = std::max_element(workers.begin(), workers.end(), [](const auto& a, const auto& b) {
    return a.second.size() < b.second.size();
  });
  const size_t most = busiest->second.size();
  if (most > target || (most == target && target - mine > 1)) return some_of(busiest->second, 1);
  return {};
}

void KclWorker::take() {
  next_take_ms_ = fleet_.clock.monotonic_ms() + 2 * (fleet_.failover_ms + kEpsilonMs);
  scan();
  for (Kcl2Lease* lease : choose()) {
    if (!kcl_.take(*lease)) continue;
    ++taken_;
    seen_[lease->key].changed_ms = fleet_.clock.monotonic_ms();
    Held& held = held_[lease->key] = {*lease, &fleet_.shards().at(lease->key)};
    const std::vector<int64_t>& records = held.shard->records;
    held.ended = lease->checkpoint == kinesis::kShardEnd;
    if (lease->checkpoint[0] <= '9')
      held.next = static_cast<size_t>(
          std::upper_bound(records.begin(), records.end(), std::stoll(lease->checkpoint)) - records.begin());
  }
}

void KclWorker::renew() {
  next_renewal_ms_ = fleet_.clock.monotonic_ms() + fleet_.failover_ms / 3 - kEpsilonMs;
  for (auto& [key, held] : held_) held.lost = (held.ended && clean_up(held)) || !kcl_.renew(held.lease);
  std::erase_if(held_, [](const auto& entry) { return entry.second.lost; });
}

void KclWorker::read() {
  next_read_ms_ = fleet_.clock.monotonic_ms() + kReadMs;
  for (auto& [key, held] : held_) held.lost = !read_of(held);
  std::erase_if(held_, [](const auto& entry) { return entry.second.lost; });
}

// Returns false if the lease has been lost.
bool KclWorker::read_of(Held& held) {
  if (held.ended || (!held.started && !begin(held))) return true;
  const std::vector<int64_t>& records = held.shard->records;
  const size_t before = held.next;
  while (held.next < std::min(records.size(), before + kEmittedARead))
    fleet_.emitted(id_, *held.shard, held.next++);
  if (held.next > before && !kcl_.checkpoint(held.lease, std::to_string(records[held.next - 1]), 0)) return false;
  return held.shard->info.open || held.next < records.size() || end(held);
}

// Deletes the lease of a finished shard once its children are being read.
bool KclWorker::clean_up(const Held& held) {
  const bool under_way =
      std::all_of(held.lease.children.begin(), held.lease.children.end(), [this](const auto& id) {
        const auto child = kcl_.get(id);
        return child && (child->checkpoint == kinesis::kShardEnd || child->checkpoint[0] <= '9');
      });
  return under_way && kcl_.remove(held.lease.key);
}

bool KclWorker::begin(Held& held) {
  for (const std::string& parent : held.shard->info.parent_ids) {
    const auto row = kcl_.get(parent);
    if (row && row->checkpoint != kinesis::kShardEnd) return false;
  }
  return held.started = true;
}

// Creates the leases of the children first, which come with the end of the shard (ChildShards). The other parent
// of a merge must have a lease too, or the worker waits.
bool KclWorker::end(Held& held) {
  std::vector<const kinesis::ShardInfo*> children;
  for (const auto& [id, shard] : fleet_.shards())
    if (std::count(shard.info.parent_ids.begin(), shard.info.parent_ids.end(), held.lease.key) > 0)
      children.push_back(&shard.info);
  if (children.size() == 1)
    for (const std::string& parent : children[0]->parent_ids)
      if (!kcl_.get(parent)) return true;
  std::vector<std::string> ids;
  for (const kinesis::ShardInfo* shard : children) {
    ids.push_back(shard->id);
    Kcl2Lease child;
    child.key = shard->id;
    child.parents = shard->parent_ids;
    kinesis::append_decimal(child.starting_hash_key, shard->first_hash_key);
    kinesis::append_decimal(child.ending_hash_key, shard->last_hash_key);
    kcl_.create(child);  // fails if another worker has created it
  }
  held.ended = true;
  return kcl_.set_children(held.lease, ids) && kcl_.checkpoint(held.lease, std::string(kinesis::kShardEnd), 0);
}

}  // namespace penstock::sim
