#include "core/kinesis/output/packing.h"

#include <algorithm>
#include <utility>

namespace penstock::kinesis {

namespace {

HashKey random_hash_key(Random& random) {
  const HashKey high = random.next();
  return high << 64 | random.next();
}

}  // namespace

// The shard whose parcel a record may join; kNoShard: only one of its partition key.
uint32_t Packing::shard_of(const WriterRecord& record) const {
  if (options_.aggregate != Aggregate::kpl) return ShardMap::kNoShard;
  if (options_.random_hash_keys) return 0;  // the same for all
  return shards_.current() ? shards_.shard_of(record.partition_key) : ShardMap::kNoShard;
}

size_t Packing::parcel_of_key(const WriterRecord& record) const {
  const auto found = by_key_.find(record.partition_key);
  return found == by_key_.end() ? kNone : found->second;
}

size_t Packing::parcel_of(const WriterRecord& record, uint32_t shard) const {
  if (shard == ShardMap::kNoShard) return parcel_of_key(record);
  const auto found = by_shard_.find(shard);
  return found == by_shard_.end() ? kNone : found->second;
}

bool Packing::has_room(size_t parcel, const WriterRecord& record) const {
  if (parcel == kNone) return false;
  const size_t bytes = joining_bytes(record, parcel_of_key(record) == parcel);
  const size_t most = options_.gzip ? kAggregateBytesBeforeGzip : kAggregateBytes;
  return parcels_[parcel].bytes + bytes <= most && bytes_ + bytes <= options_.max_call_bytes;
}

size_t Packing::user_record_bytes(const WriterRecord& record) const {
  return kpl_user_record_bytes(record.data.size() + (options_.append_newline ? 1 : 0));
}

// What a record adds to a parcel.
size_t Packing::joining_bytes(const WriterRecord& record, bool key_is_there) const {
  if (options_.aggregate != Aggregate::kpl) return 1 + record.data.size();
  return user_record_bytes(record) + (key_is_there ? 0 : kpl_partition_key_bytes(record.partition_key.size()));
}

// One that may grow is counted as what it is then.
size_t Packing::bytes_of(const WriterRecord& first, bool may_grow) const {
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

bool Packing::add(WriterRecord& first) {
  const bool may_grow = options_.aggregate != Aggregate::none && !first.sent;
  const uint32_t shard = may_grow ? shard_of(first) : ShardMap::kNoShard;
  if (may_grow) {
    if (const size_t parcel = parcel_of(first, shard); has_room(parcel, first)) {
      join(parcel, first);
      return true;
    }
  }
  const size_t bytes = bytes_of(first, may_grow);
  const size_t company = std::min(company_, first.company);
  if (!parcels_.empty() && (parcels_.size() >= company || bytes_ + bytes > options_.max_call_bytes)) return false;
  WriterRecord* last = &first;
  while (last->next != nullptr) last = last->next;
  const bool by_shard = shard != ShardMap::kNoShard;
  parcels_.push_back({&first, last, bytes, by_shard ? shards_.version() : 0});
  bytes_ += bytes;
  company_ = company;
  if (may_grow) by_key_[first.partition_key] = parcels_.size() - 1;
  if (by_shard) by_shard_[shard] = parcels_.size() - 1;
  return true;
}

void Packing::join(size_t index, WriterRecord& record) {
  Parcel& parcel = parcels_[index];
  size_t& parcel_of_key = by_key_.try_emplace(record.partition_key, kNone).first->second;
  const size_t bytes = joining_bytes(record, parcel_of_key == index);
  parcel_of_key = index;
  parcel.last->next = &record;
  parcel.last = &record;
  parcel.bytes += bytes;
  bytes_ += bytes;
}

size_t Packing::body_bytes() const {
  return put_records_body_bytes(parcels_.size(), bytes_) +
         (options_.random_hash_keys ? parcels_.size() * kExplicitHashKeyBytes : 0);
}

std::string_view Packing::kpl_data_of(const Parcel& parcel, std::optional<HashKey> hash_key) {
  const std::string_view ending = options_.append_newline ? "\n" : "";
  kpl_.begin(hash_key);
  each_record(parcel.first,
              [&](const WriterRecord& record) { kpl_.add(record.partition_key, record.data, ending); });
  return kpl_.finish();
}

std::string_view Packing::data_of(const Parcel& parcel, std::optional<HashKey> hash_key) {
  if (options_.aggregate == Aggregate::kpl && parcel.first->next != nullptr) return kpl_data_of(parcel, hash_key);
  std::string_view data = parcel.first->data;
  if (parcel.first->next != nullptr || options_.append_newline) {
    joined_ = data;
    each_record(parcel.first->next, [this](const WriterRecord& record) { (joined_ += '\n') += record.data; });
    if (options_.append_newline) joined_ += '\n';
    data = joined_;
  }
  if (!options_.gzip) return data;
  compressed_.clear();
  gzip_.append(compressed_, data);
  return compressed_;
}

std::string Packing::take_body(std::string_view stream) {
  std::string body;
  body.reserve(body_bytes());
  begin_put_records(body);
  for (const Parcel& parcel : parcels_) {
    if (options_.random_hash_keys) {
      const HashKey hash_key = random_hash_key(random_);
      append_put_record(body, data_of(parcel, hash_key), parcel.first->partition_key, hash_key);
    } else {
      append_put_record(body, data_of(parcel, std::nullopt), parcel.first->partition_key);
    }
  }
  end_put_records(body, stream);
  return body;
}

std::vector<Parcel> Packing::take_parcels() {
  by_key_.clear();
  by_shard_.clear();
  bytes_ = 0;
  company_ = kMaxRecordsPerCall;
  return std::exchange(parcels_, {});
}

}  // namespace penstock::kinesis
