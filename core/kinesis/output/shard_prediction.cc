#include "core/kinesis/output/shard_prediction.h"

#include <optional>
#include <unordered_map>

namespace penstock::kinesis {

namespace {

bool belongs(const WriterRecord& record, const HashKeyRange& range) {
  const std::optional<HashKey> key = hash_of_partition_key(record.partition_key);
  return key && range.contains(*key);
}

bool of_one_key(const WriterRecord* first) {
  for (const WriterRecord* record = first->next; record != nullptr; record = record->next)
    if (record->partition_key != first->partition_key) return false;
  return true;
}

}  // namespace

bool consumers_accept(const PutEntry& entry, std::string_view shard_id, const ShardMap& shards, bool by_key) {
  const WriterRecord* const first = entry.first;
  if (first->next == nullptr) return true;
  const std::optional<HashKeyRange> range = shards.range_of(shard_id);
  if (!range) return by_key && (entry.hash_key || of_one_key(first));
  if (entry.hash_key) return range->contains(*entry.hash_key);
  // mutation: aggregates of one key accepted from any shard
  if (!belongs(*first, *range)) return false;
  if (entry.shards_version == shards.version()) return true;  // all of them belong in one shard
  for (const WriterRecord* record = first->next; record != nullptr; record = record->next)
    if (!belongs(*record, *range)) return false;
  return true;
}

bool is_in_unexpected_shard(const PutEntry& entry, std::string_view shard_id, const ShardMap& shards) {
  const std::optional<HashKeyRange> range = shards.range_of(shard_id);
  if (!range) return false;
  const std::optional<HashKey> key =
      entry.hash_key ? entry.hash_key : hash_of_partition_key(entry.first->partition_key);
  return key && !range->contains(*key);
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
