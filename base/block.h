// Processing of text in blocks of 16 bytes, with the vector extension of gcc and clang, which compiles to SSE2,
// NEON, or plain code.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace penstock {

// 16 bytes of text. Comparing two blocks yields a BlockMask: 0xFF in each byte where the comparison holds, 0
// elsewhere.
using Block = uint8_t __attribute__((vector_size(16)));
using BlockMask = int8_t __attribute__((vector_size(16)));
inline constexpr size_t kBlockBytes = sizeof(Block);

inline Block load_block(const char* at) {
  Block block;
  std::memcpy(&block, at, sizeof block);
  return block;
}

// Loads size bytes and fills the rest of the block with NUL bytes. REQUIRES: size < 16.
inline Block load_part_of_block(const char* at, size_t size) {
  Block block = {};
  std::memcpy(&block, at, size);
  return block;
}

inline void store_block(char* at, Block block) { std::memcpy(at, &block, sizeof block); }

inline Block block_of(uint8_t byte) { return Block{} + byte; }

// Returns the mask as bits: bit i is set if byte i is 0xFF.
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

// Returns the index of the lowest bit that is set. REQUIRES: bits is not 0.
inline size_t first_of(uint32_t bits) { return static_cast<size_t>(std::countr_zero(bits)); }

}  // namespace penstock
