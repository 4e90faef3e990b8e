// Where the service put an aggregated record, and whether consumers accept it there.
#pragma once

#include <string_view>
#include <vector>

#include "core/kinesis/output/aggregator.h"
#include "core/kinesis/output/shard_map.h"

namespace penstock::kinesis {

// Returns whether the consumers of a shard keep all user records of an entry that the shard accepted. KCL silently
// drops an aggregated record, with all of its user records, if the hash key of one is outside the shard's range:
// it assumes that they were sent again to their own shard, as the KPL does after a reshard. by_key: keys decide
// the shard for certain. Then an entry whose user records all have one key is accepted even if the shard is not in
// the list.
bool consumers_accept(const PutEntry& entry, std::string_view shard_id, const ShardMap& shards, bool by_key);

// Returns whether a shard accepted an entry whose hash key is outside the shard's range, which never changes: the
// service does not choose shards by keys. Returns false if the shard is not in the list.
bool is_in_unexpected_shard(const PutEntry& entry, std::string_view shard_id, const ShardMap& shards);

// Splits a chain of records into one chain per partition key, in order. Consumers accept such a chain in the shard
// of its key.
std::vector<WriterRecord*> split_by_key(WriterRecord* first);

}  // namespace penstock::kinesis
