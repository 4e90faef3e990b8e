#include "core/kinesis/output/aggregator.h"

#include <algorithm>
#include <utility>

namespace penstock::kinesis {

namespace {

HashKey random_hash_key(Random& random) {
  const HashKey high = random.next();
  return high << 64 | random.next();
}

}  // namespace

// Returns the shard whose entry a record may join; kNoShard: only an entry of its partition key.
uint32_t Aggregator::shard_of(const WriterRecord& record) const {
  if (aggregate() != Aggregate::kpl) return ShardMap::kNoShard;
  if (options_.random_hash_keys) return 0;  // all records may share an entry
  return shards_.current() ? shards_.shard_of(record.partition_key) : ShardMap::kNoShard;
}

size_t Aggregator::entry_of_key(const WriterRecord& record) const {
  const auto found = by_key_.find(record.partition_key);
  return found == by_key_.end() ? kNone : found->second;
}

size_t Aggregator::entry_of(const WriterRecord& record, uint32_t shard) const {
  if (shard == ShardMap::kNoShard) return entry_of_key(record);
  const auto found = by_shard_.find(shard);
  return found == by_shard_.end() ? kNone : found->second;
}

bool Aggregator::has_room(size_t entry, const WriterRecord& record) const {
  if (entry == kNone) return false;
  const size_t bytes = joining_bytes(record, entry_of_key(record) == entry);
  const size_t max_bytes = options_.gzip ? kAggregateBytesBeforeGzip : kAggregateBytes;
  return entries_[entry].bytes + bytes <= max_bytes && bytes_ + bytes <= options_.max_call_bytes;
}

size_t Aggregator::user_record_bytes(const WriterRecord& record) const {
  return kpl_user_record_bytes(record.data.size() + (options_.append_newline ? 1 : 0));
}

// Returns the bytes that a record adds to an entry.
size_t Aggregator::joining_bytes(const WriterRecord& record, bool key_is_there) const {
  if (options_.aggregate != Aggregate::kpl) return 1 + record.data.size();
  return user_record_bytes(record) + (key_is_there ? 0 : kpl_partition_key_bytes(record.partition_key.size()));
}

// Returns the size of a chain as an entry. An entry that may grow counts as aggregated from the start.
size_t Aggregator::bytes_of(const WriterRecord& first, bool may_grow) const {
  size_t bytes = first.bytes();
  if (options_.aggregate == Aggregate::kpl && (may_grow || first.next != nullptr))
    bytes = kKplRecordBytes + first.partition_key.size() + joining_bytes(first, false);
  std::string_view key = first.partition_key;
  for (const WriterRecord* record = first.next; record != nullptr; record = record->next) {
    bytes += joining_bytes(*record, record->partition_key == key);
    key = record->partition_key;
  }
  return bytes;
}

bool Aggregator::add(WriterRecord& first) {
  const bool may_grow = aggregate() != Aggregate::none && !first.sent;
  const uint32_t shard = may_grow ? shard_of(first) : ShardMap::kNoShard;
  if (may_grow) {
    if (const size_t entry = entry_of(first, shard); has_room(entry, first)) {
      join(entry, first);
      return true;
    }
  }
  const size_t bytes = bytes_of(first, may_grow);
  const size_t max_batch_entries = std::min(max_entries_, first.max_batch_entries);
  if (!entries_.empty() && (entries_.size() >= max_batch_entries || bytes_ + bytes > options_.max_call_bytes))
    return false;
  WriterRecord* last = &first;
  while (last->next != nullptr) last = last->next;
  const bool by_shard = shard != ShardMap::kNoShard;
  entries_.push_back({&first, last, bytes, by_shard ? shards_.version() : 0});
  bytes_ += bytes;
  max_entries_ = max_batch_entries;
  if (may_grow) by_key_[first.partition_key] = entries_.size() - 1;
  if (by_shard) by_shard_[shard] = entries_.size() - 1;
  return true;
}

void Aggregator::join(size_t index, WriterRecord& record) {
  PutEntry& entry = entries_[index];
  size_t& entry_of_key = by_key_.try_emplace(record.partition_key, kNone).first->second;
  const size_t bytes = joining_bytes(record, entry_of_key == index);
  entry_of_key = index;
  entry.last->next = &record;
  entry.last = &record;
  entry.bytes += bytes;
  bytes_ += bytes;
}

size_t Aggregator::body_bytes() const {
  return put_records_body_bytes(entries_.size(), bytes_) +
         (options_.random_hash_keys ? entries_.size() * kExplicitHashKeyBytes : 0);
}

std::string_view Aggregator::kpl_data_of(const PutEntry& entry, std::optional<HashKey> hash_key) {
  const std::string_view ending = options_.append_newline ? "\n" : "";
  kpl_.begin(hash_key);
  each_record(entry.first,
              [&](const WriterRecord& record) { kpl_.add(record.partition_key, record.data, ending); });
  return kpl_.finish();
}

std::string_view Aggregator::data_of(const PutEntry& entry, std::optional<HashKey> hash_key) {
  if (options_.aggregate == Aggregate::kpl && entry.first->next != nullptr) return kpl_data_of(entry, hash_key);
  std::string_view data = entry.first->data;
  if (entry.first->next != nullptr || options_.append_newline) {
    joined_ = data;
    each_record(entry.first->next, [this](const WriterRecord& record) { (joined_ += '\n') += record.data; });
    if (options_.append_newline) joined_ += '\n';
    data = joined_;
  }
  if (!options_.gzip) return data;
  compressed_.clear();
  gzip_.append(compressed_, data);
  return compressed_;
}

void Aggregator::append_body(std::string& body, std::string_view stream) {
  begin_put_records(body);
  for (PutEntry& entry : entries_) {
    if (options_.random_hash_keys) {
      entry.hash_key = random_hash_key(random_);
      append_put_record(body, data_of(entry, entry.hash_key), entry.first->partition_key, *entry.hash_key);
    } else {
      append_put_record(body, data_of(entry, std::nullopt), entry.first->partition_key);
    }
  }
  end_put_records(body, stream);
}

std::vector<PutEntry> Aggregator::take_entries() {
  by_key_.clear();
  by_shard_.clear();
  bytes_ = 0;
  max_entries_ = kMaxRecordsPerCall;
  return std::exchange(entries_, {});
}

}  // namespace penstock::kinesis
