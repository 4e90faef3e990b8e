#include "core/leases/shard_graph.h"

#include <algorithm>

namespace penstock::leases {

namespace {

// A child begins at TRIM_HORIZON. As long as its lease has that checkpoint, a worker may not have read any record.
bool under_way(const Lease& lease) { return lease.checkpoint != kTrimHorizonCheckpoint; }
bool at_end(const Lease& lease) { return lease.checkpoint == kinesis::kShardEnd; }

const std::set<std::string>& relatives_of(const std::map<std::string, std::set<std::string>>& relatives,
                                          const std::string& shard_id) {
  static const std::set<std::string> none;
  const auto entry = relatives.find(shard_id);
  return entry == relatives.end() ? none : entry->second;
}

}  // namespace

ShardGraph::ShardGraph(const ListedShards& listed, const LeasesByShard& leases)
    : listed_(listed), leases_(leases) {
  const auto relate = [this](const std::string& parent, const std::string& child) {
    parents_[child].insert(parent);
    children_[parent].insert(child);
  };
  for (const auto& [shard_id, shard] : listed)
    for (const std::string& parent : shard.parent_ids) relate(parent, shard_id);
  for (const auto& [shard_id, lease] : leases) {
    for (const std::string& parent : lease.parent_ids) relate(parent, shard_id);
    for (const std::string& child : lease.child_ids) relate(shard_id, child);
  }
  std::vector<std::string> begun;
  for (const auto& [shard_id, lease] : leases)
    if (under_way(lease)) begun.push_back(shard_id);
  while (!begun.empty()) {
    const std::string child = std::move(begun.back());
    begun.pop_back();
    for (const std::string& parent : relatives_of(parents_, child))
      if (lease_of(parent) == nullptr && passed_.insert(parent).second) begun.push_back(parent);
  }
}

const Lease* ShardGraph::lease_of(const std::string& shard_id) const {
  const auto lease = leases_.find(shard_id);
  return lease == leases_.end() ? nullptr : &lease->second;
}

// Shards are numbered in the order of their creation: a shard that is not listed has left the stream's retention,
// unless it is newer than the list.
bool ShardGraph::has_left_retention(const std::string& shard_id) const {
  return !listed_.empty() && shard_id < listed_.rbegin()->first && !listed_.contains(shard_id);
}

bool ShardGraph::done_with(const std::string& shard_id) const {
  if (const Lease* lease = lease_of(shard_id)) return at_end(*lease);
  return passed_.contains(shard_id) || has_left_retention(shard_id);
}

bool ShardGraph::has_begun(const std::string& shard_id) const {
  if (const Lease* lease = lease_of(shard_id)) return under_way(*lease);
  return passed_.contains(shard_id) || has_left_retention(shard_id);
}

bool ShardGraph::may_begin(const std::string& shard_id) const {
  const std::set<std::string>& parents = relatives_of(parents_, shard_id);
  // mutation: child before parent, with leases
  // mutation: child after one of two parents
  return std::all_of(parents.begin(), parents.end(), [this](const std::string& id) { return done_with(id); });
}

bool ShardGraph::may_create(const std::set<std::string>& parent_ids) const {
  return std::all_of(parent_ids.begin(), parent_ids.end(),
                     [this](const std::string& id) { return lease_of(id) != nullptr || done_with(id); });
}

std::vector<ShardGraph::Missing> ShardGraph::missing() const {
  std::vector<Missing> missing;
  for (const auto& [shard_id, shard] : listed_) {
    if (lease_of(shard_id) != nullptr || passed_.contains(shard_id)) continue;
    bool has_parent = false, parent_done = false;
    const std::set<std::string>& parents = relatives_of(parents_, shard_id);
    for (const std::string& parent : parents) {
      const bool known = lease_of(parent) != nullptr || listed_.contains(parent);
      has_parent = has_parent || known;
      parent_done = parent_done || (known && done_with(parent));
    }
    if ((parent_done && may_create(parents)) || !has_parent) missing.push_back({&shard, !has_parent});
  }
  return missing;
}

std::vector<const Lease*> ShardGraph::finished() const {
  std::vector<const Lease*> finished;
  for (const auto& [shard_id, lease] : leases_) {
    if (!at_end(lease)) continue;
    const std::set<std::string>& parents = relatives_of(parents_, shard_id);
    const std::set<std::string>& children = relatives_of(children_, shard_id);
    const bool parents_gone = std::all_of(parents.begin(), parents.end(),
                                          [this](const std::string& id) { return lease_of(id) == nullptr; });
    // mutation: lease deleted before its children are started
    // A lease at LATEST or AT_TIMESTAMP looks as if its shard were being read, even if a parent is not at its end.
    const bool children_begun = std::all_of(children.begin(), children.end(), [this](const std::string& id) {
      return has_begun(id) && may_begin(id);
    });
    // If an ended shard has no known children, they were not listed yet, unless the shard is so old that it is not
    // listed itself.
    const bool children_known = !children.empty() || has_left_retention(shard_id);
    if (parents_gone && children_begun && children_known) finished.push_back(&lease);
  }
  return finished;
}

std::set<std::string> ShardGraph::children(const std::string& shard_id) const {
  std::set<std::string> children;
  for (const auto& [id, shard] : listed_)
    if (std::find(shard.parent_ids.begin(), shard.parent_ids.end(), shard_id) != shard.parent_ids.end())
      children.insert(id);
  return children;
}

}  // namespace penstock::leases
