#include "core/kinesis/kpl_record.h"

#include <algorithm>
#include <string>

#include "base/crypto.h"
#include "base/utf8.h"

namespace penstock::kinesis {

namespace {

bool read_varint(std::string_view& rest, uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (rest.empty()) return false;
    const auto byte = static_cast<uint8_t>(rest.front());
    rest.remove_prefix(1);
    if (shift == 63 && byte > 1) return false;  // more than 64 bits
    value |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool read_bytes(std::string_view& rest, uint64_t size, std::string_view& bytes) {
  if (size > rest.size()) return false;
  bytes = rest.substr(0, size);
  rest.remove_prefix(size);
  return true;
}

// A field of a protobuf message. https://protobuf.dev/programming-guides/encoding/
struct Field {
  static constexpr uint64_t kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5;

  uint64_t number;
  uint64_t type;
  uint64_t varint;           // for kVarint
  std::string_view bytes;    // for kBytes
  const char* length_begin;  // for kBytes: start of the length prefix
};

// Returns false if the field is malformed. A field of an unknown type is malformed too, such as protobuf's
// deprecated groups.
bool read_field(std::string_view& rest, Field& field) {
  uint64_t tag = 0;
  if (!read_varint(rest, tag) || tag > UINT32_MAX || tag >> 3 == 0) return false;
  field.number = tag >> 3;
  field.type = tag & 7;
  field.length_begin = rest.data();
  std::string_view skipped;
  uint64_t size = 0;
  switch (field.type) {
    case Field::kVarint:
      return read_varint(rest, field.varint);
    case Field::kBytes:
      return read_varint(rest, size) && read_bytes(rest, size, field.bytes);
    case Field::kFixed64:
      return read_bytes(rest, 8, skipped);
    case Field::kFixed32:
      return read_bytes(rest, 4, skipped);
    default:
      return false;
  }
}

// Field numbers in an aggregated record, and in a user record.
constexpr uint64_t kPartitionKeyTable = 1, kExplicitHashKeyTable = 2, kRecords = 3;
constexpr uint64_t kPartitionKeyIndex = 1, kExplicitHashKeyIndex = 2, kData = 3;

struct UserRecordFields {
  std::optional<uint64_t> partition_key_index;
  std::optional<uint64_t> explicit_hash_key_index;
  std::optional<std::string_view> data;
};

// Returns nullopt if the message is malformed or lacks a required field. Of a repeated field, the last one counts.
std::optional<UserRecordFields> read_user_record(std::string_view message) {
  UserRecordFields fields;
  Field field;
  while (!message.empty()) {
    if (!read_field(message, field)) return std::nullopt;
    if (field.number == kPartitionKeyIndex && field.type == Field::kVarint)
      fields.partition_key_index = field.varint;
    else if (field.number == kExplicitHashKeyIndex && field.type == Field::kVarint)
      fields.explicit_hash_key_index = field.varint;
    else if (field.number == kData && field.type == Field::kBytes)
      fields.data = field.bytes;
  }
  if (!fields.partition_key_index || !fields.data) return std::nullopt;
  return fields;
}

}  // namespace

std::optional<HashKey> effective_hash_key(const KplUserRecord& record) {
  return record.explicit_hash_key ? parse_hash_key(*record.explicit_hash_key)
                                  : hash_of_partition_key(record.partition_key);
}

bool KplRecord::open(std::string_view record) {
  release();
  problem_ = {};
  if (!record.starts_with(kKplMagic) || record.size() <= kKplMagic.size() + kKplDigestBytes ||
      record.size() > UINT32_MAX)
    return false;
  const std::string_view digest = record.substr(record.size() - kKplDigestBytes);
  const std::string_view message =
      record.substr(kKplMagic.size(), record.size() - kKplMagic.size() - kKplDigestBytes);
  const auto expected = md5(message);
  if (!expected || digest != std::string_view(reinterpret_cast<const char*>(expected->data()), expected->size()))
    return false;
  Counts counts;
  if (!check_all(message, counts) || counts.user_records == 0) return false;
  read_tables(message, counts);
  size_ = counts.user_records;
  message_ = rest_ = message;
  return true;
}

// Checks the indexes last, because the tables may come after the records that refer to them.
bool KplRecord::check_all(std::string_view message, Counts& counts) {
  std::optional<uint64_t> last_partition_key, last_explicit_hash_key;
  Field field;
  for (std::string_view rest = message; !rest.empty();) {
    if (!read_field(rest, field)) return false;
    if (field.type != Field::kBytes) continue;
    if (field.number == kPartitionKeyTable) {
      if (has_more_characters(field.bytes, kMaxPartitionKeyCharacters))
        return reject_key("a partition key", counts.partition_keys, field.bytes, "256 characters");
      ++counts.partition_keys;
    }
    if (field.number == kExplicitHashKeyTable) {
      if (field.bytes.size() > kMaxExplicitHashKeyDigits)
        return reject_key("an explicit hash key", counts.explicit_hash_keys, field.bytes, "39 digits");
      ++counts.explicit_hash_keys;
    }
    if (field.number != kRecords) continue;
    const std::optional<UserRecordFields> user_record = read_user_record(field.bytes);
    if (!user_record) return false;
    last_partition_key = std::max(last_partition_key, user_record->partition_key_index);
    last_explicit_hash_key = std::max(last_explicit_hash_key, user_record->explicit_hash_key_index);
    ++counts.user_records;
  }
  return (!last_partition_key || *last_partition_key < counts.partition_keys) &&
         (!last_explicit_hash_key || *last_explicit_hash_key < counts.explicit_hash_keys);
}

bool KplRecord::reject_key(const std::string& what, size_t index, std::string_view key, const std::string& limit) {
  problem_ = {Code::invalid, "PS0604",
              "invalid aggregated record: " + what + " has more than " + limit +
                  ", so none of its user records is emitted (number " + std::to_string(index) + " of its table, " +
                  std::to_string(key.size()) + " bytes)"};
  return false;
}

// Reserves all entries first: vectors that grow would need up to three times the memory.
void KplRecord::read_tables(std::string_view message, const Counts& counts) {
  partition_keys_.reserve(counts.partition_keys);
  explicit_hash_keys_.reserve(counts.explicit_hash_keys);
  Field field;
  for (std::string_view rest = message; !rest.empty();) {
    read_field(rest, field);
    if (field.type != Field::kBytes) continue;
    const auto begin = static_cast<uint32_t>(field.length_begin - message.data());
    if (field.number == kPartitionKeyTable) partition_keys_.push_back(begin);
    if (field.number == kExplicitHashKeyTable) explicit_hash_keys_.push_back(begin);
  }
}

void KplRecord::release() {
  message_ = rest_ = {};
  size_ = 0;
  release_tables();
}

// Keeps the memory of small tables for the next record.
void KplRecord::release_tables() {
  constexpr size_t kSmallTables = size_t{64} << 10;
  if (buffer_bytes() > kSmallTables) {
    Table().swap(partition_keys_);
    Table().swap(explicit_hash_keys_);
  }
  partition_keys_.clear();
  explicit_hash_keys_.clear();
}

std::string_view KplRecord::entry(const Table& table, uint64_t index) const {
  std::string_view rest = message_.substr(table[index]);
  uint64_t size = 0;
  std::string_view bytes;
  read_varint(rest, size);
  read_bytes(rest, size, bytes);
  return bytes;
}

bool KplRecord::next(KplUserRecord& user_record) {
  Field field;
  while (!rest_.empty()) {
    read_field(rest_, field);
    if (field.type != Field::kBytes || field.number != kRecords) continue;
    const std::optional<UserRecordFields> record = read_user_record(field.bytes);
    user_record.partition_key = entry(partition_keys_, *record->partition_key_index);
    user_record.explicit_hash_key.reset();
    if (record->explicit_hash_key_index)
      user_record.explicit_hash_key = entry(explicit_hash_keys_, *record->explicit_hash_key_index);
    user_record.data = *record->data;
    return true;
  }
  release_tables();
  return false;
}

}  // namespace penstock::kinesis
