// The children of a shard, as the response at its end has them.
#pragma once

#include <vector>

#include "core/kinesis/read_api.h"

namespace penstock::kinesis {

// Returns whether these are all children of the shard: each names it as a parent, and together they cover its hash
// keys. A child that was left out would be read only after the next list of shards, or never.
bool are_all_children(const ShardInfo& shard, std::vector<ShardInfo> children);

}  // namespace penstock::kinesis
