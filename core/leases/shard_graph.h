// What the leases of one stream say about its shards: which may be read, which lack a lease, and which are
// finished. Pure logic, without calls.
//
// A lease is deleted only after its shard was read to the end and reading of its children has begun. So a shard
// without a lease is either finished, which a descendant that has begun proves; or its lease was never created, or
// was deleted by hand. To keep that proof valid, a child gets its lease only when each parent has one or is
// finished. (The order of these steps is that of KCL 2.x:
// https://docs.aws.amazon.com/streams/latest/dev/kcl-dynamoDB.html.)
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/kinesis/read_api.h"
#include "core/leases/lease.h"

namespace penstock::leases {

using ListedShards = std::map<std::string, kinesis::ShardInfo>;  // by id
using LeasesByShard = std::map<std::string, Lease>;

class ShardGraph {
 public:
  // listed: all shards of the stream. REQUIRES: both outlive the graph, and do not change.
  ShardGraph(const ListedShards& listed, const LeasesByShard& leases);

  // Returns whether all parents of the shard were read to their ends, so that its records come after all of
  // theirs.
  bool may_begin(const std::string& shard_id) const;

  // Returns whether a lease of a shard with these parents may be created: each parent has a lease or is finished.
  // Workers of KCL begin a shard although a parent has no lease, and then all workers take that parent for
  // finished. A parent can lack its lease if a worker failed in the middle of creating the first ones.
  bool may_create(const std::set<std::string>& parent_ids) const;

  // A shard that no worker will read with the present leases. begins_stream is never true for a child of a
  // finished shard: all of that child must be read. A shard whose parents are still to be read is not missing; the
  // worker that reads the parents creates its lease.
  struct Missing {
    const kinesis::ShardInfo* shard = nullptr;
    bool begins_stream = false;  // no worker reads, or has read, a parent of it
  };
  std::vector<Missing> missing() const;

  // Returns the leases that are not needed any more: read to the end, without a lease of a parent, and with all
  // children begun.
  std::vector<const Lease*> finished() const;

  // Returns the ids of the shard's children, from the list only. While the list has none, the caller waits for the
  // next one.
  std::set<std::string> children(const std::string& shard_id) const;

 private:
  const Lease* lease_of(const std::string& shard_id) const;
  bool done_with(const std::string& shard_id) const;
  bool has_begun(const std::string& shard_id) const;
  bool has_left_retention(const std::string& shard_id) const;

  const ListedShards& listed_;
  const LeasesByShard& leases_;
  std::map<std::string, std::set<std::string>> parents_, children_;  // from the list and the leases
  std::set<std::string> passed_;  // shards without a lease, but with a descendant that has begun
};

}  // namespace penstock::leases
