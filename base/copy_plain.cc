#include "base/copy_plain.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include <bit>
#include <cstdint>

#include "base/block.h"
#include "base/cpu.h"

namespace penstock {

namespace {

// In all versions, one comparison finds control characters and bytes above ASCII: as signed numbers, the latter
// are below 0.

uint32_t others_in(Block bytes) {
  return bits_of((reinterpret_cast<BlockMask>(bytes) < 0x20) | (bytes == '"') | (bytes == '\\'));
}

size_t copy_in_blocks(char* to, std::string_view text) {
  if (text.size() < kBlockBytes) {
    const Block bytes = load_part_of_block(text.data(), text.size());
    store_block(to, bytes);
    return first_of(others_in(bytes) | 1U << text.size());
  }
  const size_t last = text.size() - kBlockBytes;
  for (size_t at = 0;;
       at = at + kBlockBytes < last ? at + kBlockBytes : last) {  // the last overlaps the one before
    const Block bytes = load_block(text.data() + at);
    store_block(to + at, bytes);
    if (const uint32_t others = others_in(bytes); others != 0) return at + first_of(others);
    if (at == last) return text.size();
  }
}

#ifdef __x86_64__

__attribute__((target("avx2,bmi"))) size_t copy_by_avx2(char* to, std::string_view text) {
  constexpr size_t kBytes = sizeof(__m256i);
  if (text.size() < kBytes) return copy_in_blocks(to, text);
  const size_t last = text.size() - kBytes;
  for (size_t at = 0;; at = at + kBytes < last ? at + kBytes : last) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + at));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + at), bytes);
    const __m256i others = _mm256_or_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), bytes),
                                           _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"')),
                                                           _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'))));
    if (const auto bits = static_cast<uint32_t>(_mm256_movemask_epi8(others)); bits != 0)
      return at + first_of(bits);
    if (at == last) return text.size();
  }
}

__attribute__((target("avx512bw,bmi,bmi2"))) size_t copy_by_avx512(char* to, std::string_view text) {
  constexpr size_t kBytes = sizeof(__m512i);
  for (size_t at = 0;; at += kBytes) {
    const size_t left = text.size() - at;
    const uint64_t loaded = left < kBytes ? (uint64_t{1} << left) - 1 : ~uint64_t{0};
    const __m512i bytes = _mm512_maskz_loadu_epi8(loaded, text.data() + at);
    if (left == 0) return at;
    _mm512_storeu_si512(to + at, bytes);
    // Bytes that are not loaded are NUL, so they end the copy.
    const uint64_t others = _mm512_cmplt_epi8_mask(bytes, _mm512_set1_epi8(0x20)) |
                            _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"')) |
                            _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\'));
    if (others != 0) return at + static_cast<size_t>(std::countr_zero(others));
  }
}

bool has_avx2() { return kCpu.avx2 && kCpu.bmi; }
bool has_avx512() { return kCpu.avx512bw && kCpu.bmi && kCpu.bmi2; }

#endif

}  // namespace

size_t copy_plain(char* to, std::string_view text) {
#ifdef __x86_64__
  if (has_avx512()) return copy_by_avx512(to, text);
  if (has_avx2()) return copy_by_avx2(to, text);
#endif
  return copy_in_blocks(to, text);
}

std::array<CopyPlain, 3> versions_of_copy_plain() {
  std::array<CopyPlain, 3> versions = {copy_in_blocks, nullptr, nullptr};
#ifdef __x86_64__
  if (has_avx2()) versions[1] = copy_by_avx2;
  if (has_avx512()) versions[2] = copy_by_avx512;
#endif
  return versions;
}

}  // namespace penstock
