// Assembles aggregated KPL records byte by byte, valid or not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/crypto.h"

namespace penstock::kpl_bytes {

inline std::string varint(uint64_t number) {
  std::string out;
  for (; number >= 0x80; number >>= 7) out += static_cast<char>((number & 0x7F) | 0x80);
  return out += static_cast<char>(number);
}

inline std::string number_field(uint64_t field, uint64_t number) { return varint(field << 3) + varint(number); }

inline std::string bytes_field(uint64_t field, std::string_view bytes) {
  return varint(field << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}

inline std::string partition_key(std::string_view key) { return bytes_field(1, key); }
inline std::string explicit_hash_key(std::string_view key) { return bytes_field(2, key); }

// A user record with the partition key at that index of the table.
inline std::string user_record(uint64_t key_index, std::string_view data, std::string_view more_fields = {}) {
  return bytes_field(3, number_field(1, key_index) + bytes_field(3, data) + std::string(more_fields));
}

// The message between the magic number and its MD5.
inline std::string sealed(std::string_view message) {
  const auto digest = *md5(message);
  return "\xF3\x89\x9A\xC2" + std::string(message) +
         std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
}

}  // namespace penstock::kpl_bytes
