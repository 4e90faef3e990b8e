// Hash keys: 128-bit numbers. Each shard of a stream owns a range of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace penstock::model {

__extension__ using HashKey = unsigned __int128;

inline constexpr HashKey kLastHashKey = ~HashKey{0};

std::string decimal(HashKey key);
// Returns nullopt if `text` is not a decimal number below 2^128 without leading zeros.
std::optional<HashKey> parse_hash_key(std::string_view text);
// Returns the MD5 of the key's bytes as a big-endian number.
HashKey hash_of_partition_key(std::string_view partition_key);

}  // namespace penstock::model
