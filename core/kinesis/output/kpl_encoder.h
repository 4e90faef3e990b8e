// Encodes user records into an aggregated record of the KPL; see kpl_record.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/kinesis/hash_key.h"

namespace penstock::kinesis {

// Maximum overhead of an aggregated record that is smaller than 2 MiB: for the record, and for each of its
// partition keys and user records.
inline constexpr size_t kKplRecordBytes = 20 + 41;  // magic and digest, and an explicit hash key
constexpr size_t kpl_partition_key_bytes(size_t size) { return size + 3; }
constexpr size_t kpl_user_record_bytes(size_t data_size) { return data_size + 14; }

class KplEncoder {
 public:
  // Begins a record. All of its user records have that explicit hash key, or none.
  void begin(std::optional<HashKey> explicit_hash_key);
  // Adds a user record; its data is data followed by ending. REQUIRES: partition_key stays valid until finish().
  void add(std::string_view partition_key, std::string_view data, std::string_view ending);
  // Returns the record, valid until the next begin(). REQUIRES: md5() is available.
  std::string_view finish();

 private:
  uint64_t index_of(std::string_view partition_key);

  bool has_hash_key_ = false;
  std::string record_;   // magic and tables; after finish() the whole record
  std::string entries_;  // user records
  std::unordered_map<std::string_view, uint64_t> indexes_;
  std::string_view last_key_;
  uint64_t last_index_ = 0;
};

}  // namespace penstock::kinesis
