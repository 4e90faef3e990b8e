// What the leases of one stream say about its shards: which may be read, which lack a lease, which are done with.
// Nothing here writes or waits.
//
// A lease is deleted only when its shard is read to the end and its children are under way. So a shard without a
// lease is either done with, which a descendant under way shows, or its lease was never made, or somebody deleted
// it. (The order of these steps is that of Amazon's Kinesis Client Library 2.x:
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
  // listed: all shards of the stream. Both outlive this, and stay as they are.
  ShardGraph(const ListedShards& listed, const LeasesByShard& leases);

  // Whether all of the shard's parents are read to their ends, so that its records come after all of theirs.
  bool may_begin(const std::string& shard_id) const;

  // Shards that nobody will read as the leases stand. A child of a shard that is read to its end, or passed over,
  // is never a beginning of the stream: it is to be read whole. Shards whose parents are still to be read are not
  // here; who reads the parents makes their leases.
  struct Missing {
    const kinesis::ShardInfo* shard = nullptr;
    bool begins_stream = false;  // it has no parents that anybody reads or has read
  };
  std::vector<Missing> missing() const;

  // Leases that nobody needs any more: read to the end, with no parent's lease left, and all children under way.
  std::vector<const Lease*> finished() const;

  // Of the lists only: whoever asks waits for one that has them. By id.
  std::set<std::string> children(const std::string& shard_id) const;

 private:
  const Lease* lease_of(const std::string& shard_id) const;
  bool done_with(const std::string& shard_id) const;
  bool has_begun(const std::string& shard_id) const;
  bool has_left_retention(const std::string& shard_id) const;

  const ListedShards& listed_;
  const LeasesByShard& leases_;
  std::map<std::string, std::set<std::string>> parents_, children_;  // as the list and the leases say
  std::set<std::string> passed_;  // have no lease, but a descendant that is under way
};

}  // namespace penstock::leases
