#include "core/kinesis/output/kpl_encoder.h"

#include "base/crypto.h"
#include "core/kinesis/kpl_record.h"

namespace penstock::kinesis {

namespace {

// Tags of fields: the field number, and its wire type, 0 (varint) or 2 (bytes).
// https://protobuf.dev/programming-guides/encoding/
constexpr char kPartitionKeyTable = 1 << 3 | 2, kExplicitHashKeyTable = 2 << 3 | 2, kRecords = 3 << 3 | 2;
constexpr char kPartitionKeyIndex = 1 << 3, kExplicitHashKeyIndex = 2 << 3, kData = 3 << 3 | 2;

size_t varint_bytes(uint64_t number) {
  size_t bytes = 1;
  for (; number >= 0x80; number >>= 7) ++bytes;
  return bytes;
}

void append_varint(std::string& out, uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>((number & 0x7F) | 0x80);
  out += static_cast<char>(number);
}

void append_bytes(std::string& out, char tag, std::string_view bytes) {
  out += tag;
  append_varint(out, bytes.size());
  out += bytes;
}

}  // namespace

void KplEncoder::begin(std::optional<HashKey> explicit_hash_key) {
  record_ = kKplMagic;
  entries_.clear();
  indexes_.clear();
  last_key_ = {};
  has_hash_key_ = explicit_hash_key.has_value();
  if (!has_hash_key_) return;
  std::string decimal;
  append_decimal(decimal, *explicit_hash_key);
  append_bytes(record_, kExplicitHashKeyTable, decimal);
}

uint64_t KplEncoder::index_of(std::string_view partition_key) {
  if (partition_key == last_key_) return last_index_;
  const auto [found, fresh] = indexes_.try_emplace(partition_key, indexes_.size());
  if (fresh) append_bytes(record_, kPartitionKeyTable, partition_key);
  last_key_ = partition_key;
  return last_index_ = found->second;
}

void KplEncoder::add(std::string_view partition_key, std::string_view data, std::string_view ending) {
  const uint64_t index = index_of(partition_key);
  const size_t data_bytes = data.size() + ending.size();
  entries_ += kRecords;
  append_varint(entries_,
                1 + varint_bytes(index) + (has_hash_key_ ? 2 : 0) + 1 + varint_bytes(data_bytes) + data_bytes);
  entries_ += kPartitionKeyIndex;
  append_varint(entries_, index);
  if (has_hash_key_) {
    entries_ += kExplicitHashKeyIndex;
    append_varint(entries_, 0);
  }
  entries_ += kData;
  append_varint(entries_, data_bytes);
  (entries_ += data) += ending;
}

std::string_view KplEncoder::finish() {
  record_ += entries_;
  const auto digest = md5(std::string_view(record_).substr(kKplMagic.size())).value();
  return record_.append(reinterpret_cast<const char*>(digest.data()), digest.size());
}

}  // namespace penstock::kinesis
