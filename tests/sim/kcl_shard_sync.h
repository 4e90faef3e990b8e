// How a worker of KCL 2.x finds shards without a lease: its classes HierarchicalShardSyncer,
// PeriodicShardSyncManager, and DeterministicShuffleShardSyncLeaderDecider
// (https://github.com/awslabs/amazon-kinesis-client, v2.7.0). Pure logic, without calls.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/kcl_stream.h"

namespace penstock::sim {

// Returns the only worker that looks for missing leases, which every worker computes from the owners of the rows:
// the first one after a shuffle that is the same everywhere. "": no row has an owner, and each worker is a leader.
std::string kcl_leader(const std::vector<Kcl2Lease>& rows);

// Returns whether the shards' ranges cover all hash keys exactly once.
bool kcl_covers_all_hash_keys(std::vector<KclShard> shards);

// Returns the leases that the leader creates for a stream.
// shards: of an empty table, those at the initial position; otherwise all. rows: of this stream.
// Throws KclError if the list shows an open child of an open parent: it is from the middle of a reshard.
std::vector<Kcl2Lease> kcl_missing_leases(const KclStream& stream, const std::vector<KclShard>& shards,
                                          const std::vector<Kcl2Lease>& rows, bool table_is_empty);

// The audit of the leases of one stream.
class KclHoleTracker {
 public:
  // Returns whether the leader lists the shards: no row, or a third consecutive audit that finds the same hole in
  // the hash ranges of the leases that are not at SHARD_END.
  bool must_sync(const std::vector<Kcl2Lease>& rows);

 private:
  using Range = std::pair<model::HashKey, model::HashKey>;
  using Hole = std::pair<Range, Range>;  // the leases before and after it
  static std::optional<Hole> find_hole(const std::vector<Kcl2Lease>& rows);

  std::optional<Hole> hole_;
  int seen_ = 0;  // in a row
};

}  // namespace penstock::sim
