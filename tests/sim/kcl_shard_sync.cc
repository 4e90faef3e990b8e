#include "tests/sim/kcl_shard_sync.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <set>

#include "core/leases/lease.h"

namespace penstock::sim {

using InitialKind = kinesis::InitialPosition::Kind;

namespace {

constexpr int64_t kShuffleSeed = 1947;
constexpr int kAuditsToBeSure = 3;

// java.util.Random.
class JavaRandom {
 public:
  explicit JavaRandom(int64_t seed) : state_((static_cast<uint64_t>(seed) ^ kMultiplier) & kMask) {}

  int32_t next_int(int32_t bound) {
    if ((bound & -bound) == bound) return static_cast<int32_t>((int64_t{bound} * next31()) >> 31);
    int32_t bits = next31();
    while (int64_t{bits} - bits % bound + (bound - 1) > INT32_MAX) bits = next31();
    return bits % bound;
  }

 private:
  static constexpr uint64_t kMultiplier = 0x5DEECE66D, kMask = (uint64_t{1} << 48) - 1;

  int32_t next31() {
    state_ = (state_ * kMultiplier + 0xB) & kMask;
    return static_cast<int32_t>(state_ >> 17);
  }

  uint64_t state_;
};

std::string checkpoint_of(InitialKind initial) {
  if (initial == InitialKind::latest) return std::string(leases::kLatestCheckpoint);
  return std::string(initial == InitialKind::at_timestamp ? leases::kAtTimestampCheckpoint
                                                          : leases::kTrimHorizonCheckpoint);
}

std::string shard_id_of(const Kcl2Lease& row) { return row.shard_id.empty() ? row.key : row.shard_id; }

// NonEmptyLeaseTableSynchronizer: leases for the oldest ancestors of each open shard that no lease leads to.
class Ancestry {
 public:
  Ancestry(const KclStream& stream, const std::vector<KclShard>& shards, const std::vector<Kcl2Lease>& rows)
      : stream_(stream) {
    for (const KclShard& shard : shards) shards_[shard.id] = &shard;
    for (const Kcl2Lease& row : rows) leased_.insert(shard_id_of(row));
  }

  std::vector<Kcl2Lease> missing(const std::vector<KclShard>& shards) {
    for (const KclShard& shard : shards) {
      if (!shard.open || leased_.contains(shard.id) || is_descendant(shard.id)) continue;
      set_checkpoint(create(shard.id), checkpoint_of(stream_.initial().kind));
    }
    std::vector<Kcl2Lease> leases;
    for (const auto& [id, lease] : new_) leases.push_back(lease);
    return leases;
  }

 private:
  // checkIfDescendantAndAddNewLeasesForAncestors: returns whether an ancestor has a lease, or gets one here. The
  // shard itself then gets its lease when the ancestor is read to its end.
  bool is_descendant(const std::string& id) {
    if (const auto known = descendants_.find(id); known != descendants_.end()) return known->second;
    bool descendant = false;
    if (shards_.contains(id) && leased_.contains(id)) {
      descendant = true;
    } else if (shards_.contains(id)) {
      std::set<std::string> descending;
      for (const std::string& parent : shards_[id]->parents)
        if (shards_.contains(parent) && (is_descendant(parent) || begins_.contains(parent)))
          descending.insert(parent);
      descendant = !descending.empty();
      if (descendant)
        add_parents(id, descending);
      else if (stream_.initial().kind != InitialKind::latest)
        begins_.insert(id);
    }
    return descendants_[id] = descendant;
  }

  void add_parents(const std::string& id, const std::set<std::string>& descending) {
    for (const std::string& parent : shards_[id]->parents) {
      if (!shards_.contains(parent) || leased_.contains(parent)) continue;
      const bool descends = descending.contains(parent);
      auto lease = new_.find(parent);
      if (lease == new_.end() && (begins_.contains(parent) || !descends)) lease = create(parent);
      if (lease == new_.end()) continue;
      const bool all = descends && stream_.initial().kind != InitialKind::at_timestamp;
      set_checkpoint(lease,
                     all ? std::string(leases::kTrimHorizonCheckpoint) : checkpoint_of(stream_.initial().kind));
    }
  }

  using New = std::map<std::string, Kcl2Lease>;
  New::iterator create(const std::string& id) {
    return new_.insert_or_assign(id, stream_.new_lease(*shards_[id])).first;
  }
  static void set_checkpoint(New::iterator lease, std::string checkpoint) {
    lease->second.checkpoint = std::move(checkpoint);
  }

  const KclStream& stream_;
  std::map<std::string, const KclShard*> shards_;
  std::set<std::string> leased_;
  New new_;                                  // by shard, which is also by age
  std::map<std::string, bool> descendants_;  // the results so far
  std::set<std::string> begins_;  // without an ancestor, at an initial position that includes old records
};

}  // namespace

std::string kcl_leader(const std::vector<Kcl2Lease>& rows) {
  std::set<std::string> sorted;
  for (const Kcl2Lease& row : rows)
    if (row.owner) sorted.insert(*row.owner);
  std::vector<std::string> owners(sorted.begin(), sorted.end());
  JavaRandom random(kShuffleSeed);  // Collections.shuffle
  for (size_t i = owners.size(); i > 1; --i)
    std::swap(owners[i - 1], owners[static_cast<size_t>(random.next_int(static_cast<int32_t>(i)))]);
  return owners.empty() ? "" : owners.front();
}

bool kcl_covers_all_hash_keys(std::vector<KclShard> shards) {
  std::sort(shards.begin(), shards.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (shards.empty() || shards.front().first != 0 || shards.back().last != model::kLastHashKey) return false;
  return std::adjacent_find(shards.begin(), shards.end(),
                            [](const auto& a, const auto& b) { return b.first != a.last + 1; }) == shards.end();
}

std::vector<Kcl2Lease> kcl_missing_leases(const KclStream& stream, const std::vector<KclShard>& shards,
                                          const std::vector<Kcl2Lease>& rows, bool table_is_empty) {
  std::set<std::string> open;
  for (const KclShard& shard : shards)
    if (shard.open) open.insert(shard.id);
  for (const KclShard& shard : shards)
    for (const std::string& parent : shard.parents)
      if (open.contains(parent)) throw KclError{"KinesisClientLibIOException"};
  if (!table_is_empty) return Ancestry(stream, shards, rows).missing(shards);
  std::vector<Kcl2Lease> leases;
  for (const KclShard& shard : shards) {
    leases.push_back(stream.new_lease(shard));
    leases.back().checkpoint = checkpoint_of(stream.initial().kind);
  }
  return leases;
}

// Every row has a hash range here: KCL fills in those that earlier versions did not write.
std::optional<KclHoleTracker::Hole> KclHoleTracker::find_hole(const std::vector<Kcl2Lease>& rows) {
  std::vector<Range> ranges;
  for (const Kcl2Lease& row : rows)
    if (row.checkpoint != kinesis::kShardEnd)
      ranges.emplace_back(model::parse_hash_key(row.starting_hash_key).value(),
                          model::parse_hash_key(row.ending_hash_key).value());
  if (ranges.empty()) return Hole();
  std::sort(ranges.begin(), ranges.end());
  if (ranges.front().first != 0 || ranges.back().second != model::kLastHashKey)
    return Hole(ranges.front(), ranges.back());
  Range reported = ranges.front(), left = ranges.front();
  for (size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].first <= left.second) {
      left.second = std::max(left.second, ranges[i].second);
      continue;
    }
    if (ranges[i].first != left.second + 1) return Hole(reported, ranges[i]);
    reported = left = ranges[i];
  }
  return std::nullopt;
}

bool KclHoleTracker::must_sync(const std::vector<Kcl2Lease>& rows) {
  if (rows.empty()) return true;
  const std::optional<Hole> hole = find_hole(rows);
  seen_ = !hole ? 0 : hole == hole_ ? seen_ + 1 : 1;
  hole_ = hole;
  return seen_ >= kAuditsToBeSure;
}

}  // namespace penstock::sim
