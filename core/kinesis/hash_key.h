// Hash keys: the 128-bit numbers that the shards of a stream share out among them.
// https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

namespace penstock {

__extension__ using HashKey = unsigned __int128;

inline constexpr HashKey kLastHashKey = ~HashKey{0};

// Appends key in decimal, as ExplicitHashKey wants it.
inline void append_decimal(std::string& out, HashKey key) {
  const size_t start = out.size();
  do {
    out += static_cast<char>('0' + static_cast<int>(key % 10));
    key /= 10;
  } while (key != 0);
  std::reverse(out.begin() + static_cast<std::ptrdiff_t>(start), out.end());
}

}  // namespace penstock
