// Text 16 bytes at a time, by the vector extension of gcc and clang, which becomes SSE2, NEON or plain code.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace penstock {

// Comparing blocks gives 0xFF in the bytes where it holds and 0 elsewhere: the type of these is BlockMask.
using Block = uint8_t __attribute__((vector_size(16)));
using BlockMask = int8_t __attribute__((vector_size(16)));
inline constexpr size_t kBlockBytes = sizeof(Block);

inline Block load_block(const char* at) {
  Block block;
  std::memcpy(&block, at, sizeof block);
  return block;
}

// The first size bytes at at, fewer than 16, and NUL bytes behind them.
inline Block load_part_of_block(const char* at, size_t size) {
  Block block = {};
  std::memcpy(&block, at, size);
  return block;
}

inline void store_block(char* at, Block block) { std::memcpy(at, &block, sizeof block); }

inline Block block_of(uint8_t byte) { return Block{} + byte; }

// Bit i is what byte i says.
inline uint32_t bits_of(BlockMask mask) {
#ifdef __SSE2__
  return static_cast<uint32_t>(_mm_movemask_epi8(reinterpret_cast<__m128i>(mask)));
#else
  uint32_t bits = 0;
  for (size_t index = 0; index < kBlockBytes; ++index) bits |= static_cast<uint32_t>(mask[index] & 1) << index;
  return bits;
#endif
}

inline bool any(BlockMask mask) { return bits_of(mask) != 0; }
inline bool all(BlockMask mask) { return bits_of(mask) == 0xFFFF; }

// Of bits that are not 0.
inline size_t first_of(uint32_t bits) { return static_cast<size_t>(std::countr_zero(bits)); }

}  // namespace penstock
