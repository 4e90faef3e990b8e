// Hash keys: 128-bit numbers. Each shard of a stream owns a range of them.
// https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.h"

namespace penstock::kinesis {

__extension__ using HashKey = unsigned __int128;

inline constexpr HashKey kLastHashKey = ~HashKey{0};

// The hash keys that a shard owns, both ends inclusive.
struct HashKeyRange {
  HashKey first = 0;
  HashKey last = kLastHashKey;
  bool contains(HashKey key) const { return first <= key && key <= last; }
};

// Appends key in decimal, the format of ExplicitHashKey.
inline void append_decimal(std::string& out, HashKey key) {
  const size_t start = out.size();
  do {
    out += static_cast<char>('0' + static_cast<int>(key % 10));
    key /= 10;
  } while (key != 0);
  std::reverse(out.begin() + static_cast<std::ptrdiff_t>(start), out.end());
}

// Returns nullopt if text is not a decimal number below 2^128.
inline std::optional<HashKey> parse_hash_key(std::string_view text) {
  if (text.empty()) return std::nullopt;
  HashKey key = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<HashKey>(c - '0');
    if (key > (kLastHashKey - digit) / 10) return std::nullopt;
    key = key * 10 + digit;
  }
  return key;
}

// Returns the hash key that the service derives from a partition key: its MD5. nullopt if OpenSSL has no MD5
// (FIPS).
inline std::optional<HashKey> hash_of_partition_key(std::string_view partition_key) {
  const auto digest = md5(partition_key);
  if (!digest) return std::nullopt;
  HashKey key = 0;
  for (const uint8_t byte : *digest) key = key << 8 | byte;
  return key;
}

}  // namespace penstock::kinesis
