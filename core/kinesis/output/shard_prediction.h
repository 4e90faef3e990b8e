// Where the service put an aggregated record, and what readers make of that.
#pragma once

#include <string_view>
#include <vector>

#include "core/kinesis/output/aggregator.h"
#include "core/kinesis/output/shard_map.h"

namespace penstock::kinesis {

// Whether the readers of a shard keep all user records of an entry that it took. KCL drops an aggregated record
// with all in it, and says nothing, where the hash key of one user record is outside of the shard's range: it
// takes them to have been sent again to their own shard, as the KPL does after a reshard. False also where that is
// not known.
bool consumers_accept(const PutEntry& entry, std::string_view shard_id, const ShardMap& shards);

// Takes a chain of records apart into those of each partition key, in their order: chains that are right in
// whatever shard they come to.
std::vector<WriterRecord*> split_by_key(WriterRecord* first);

}  // namespace penstock::kinesis
