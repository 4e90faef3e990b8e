#include "core/kinesis/input/child_shards.h"

#include <algorithm>

namespace penstock::kinesis {

bool are_all_children(const ShardInfo& shard, std::vector<ShardInfo> children) {
  std::sort(children.begin(), children.end(),
            [](const ShardInfo& a, const ShardInfo& b) { return a.first_hash_key < b.first_hash_key; });
  HashKey next = shard.first_hash_key;  // the first hash key that no child covers yet
  bool is_covered = false;
  for (const ShardInfo& child : children) {
    if (child.id.empty() ||
        std::find(child.parent_ids.begin(), child.parent_ids.end(), shard.id) == child.parent_ids.end())
      return false;
    if (is_covered || child.first_hash_key > next || child.last_hash_key < next) continue;
    is_covered = child.last_hash_key >= shard.last_hash_key;
    next = child.last_hash_key + 1;
  }
  return is_covered;
}

}  // namespace penstock::kinesis
