#include "core/kinesis/output/shard_prediction.h"

#include <unordered_map>

namespace penstock::kinesis {

namespace {

bool takes(std::string_view shard_id, std::string_view partition_key, const ShardMap& shards) {
  const uint32_t shard = shards.shard_of(partition_key);
  return shard != ShardMap::kNoShard && shards.id(shard) == shard_id;
}

bool of_one_key(const WriterRecord* first) {
  for (const WriterRecord* record = first->next; record != nullptr; record = record->next)
    if (record->partition_key != first->partition_key) return false;
  return true;
}

}  // namespace

bool consumers_accept(const PutEntry& entry, std::string_view shard_id, const ShardMap& shards) {
  const WriterRecord* const first = entry.first;
  if (first->next == nullptr) return true;
  if (entry.shards_version == shards.version() && takes(shard_id, first->partition_key, shards)) return true;
  if (of_one_key(first)) return true;
  for (const WriterRecord* record = first; record != nullptr; record = record->next)
    if (!takes(shard_id, record->partition_key, shards)) return false;
  return true;
}

std::vector<WriterRecord*> split_by_key(WriterRecord* first) {
  std::vector<WriterRecord*> chains;
  std::unordered_map<std::string_view, WriterRecord*> last_of_key;
  each_record(first, [&](WriterRecord& record) {
    record.next = nullptr;
    const auto [last, fresh] = last_of_key.try_emplace(record.partition_key, &record);
    if (fresh)
      chains.push_back(&record);
    else
      last->second = last->second->next = &record;
  });
  return chains;
}

}  // namespace penstock::kinesis
