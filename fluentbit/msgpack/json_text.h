// What the bytes of a JSON string are.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace penstock::fluentbit::json_text {

// Stands for itself in a JSON string: ASCII but control characters, " and \.
inline bool is_plain(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

// Whether all bytes of a word are plain.
template <typename Word>
bool are_plain(const char* at) {
  constexpr auto kOnes = static_cast<Word>(0x0101010101010101);
  Word word;
  std::memcpy(&word, at, sizeof word);
  const auto has = [&](uint8_t byte) {
    const Word other = word ^ (kOnes * byte);
    return (other - kOnes) & ~other;
  };
  return (((word - kOnes * 0x20) | word | has('"') | has('\\')) & (kOnes * 0x80)) == 0;
}

// The first byte from at on that is not plain, or end.
inline const char* end_of_plain(const char* at, const char* end) {
#ifdef __SSE2__
  for (; end - at >= 16; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    // As signed bytes those beyond ASCII are below zero.
    const __m128i special = _mm_or_si128(
        _mm_cmplt_epi8(block, _mm_set1_epi8(0x20)),
        _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')), _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'))));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
    if (mask != 0) return at + std::countr_zero(mask);
  }
#else
  for (; end - at > 16 && are_plain<uint64_t>(at); at += 8) {
  }
#endif
  // What is left in two words that overlap: most keys and values are that short, and byte by byte takes longer.
  const auto left = end - at;
  if (left >= 8 ? left <= 16 && are_plain<uint64_t>(at) && are_plain<uint64_t>(end - 8)
                : left >= 4 && are_plain<uint32_t>(at) && are_plain<uint32_t>(end - 4))
    return end;
  while (at < end && is_plain(*at)) ++at;
  return at;
}

struct Utf8Step {
  size_t size;  // bytes of the character, or of what is ill-formed there and to be replaced as one
  bool valid;
};

// The character at `at`, which is before end (Unicode 15, tables 3-7 and 3-8).
inline Utf8Step utf8_step(const char* at, const char* end) {
  const auto byte = [&](size_t index) { return static_cast<uint8_t>(at[index]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {1, true};
  if (lead < 0xc2 || lead > 0xf4) return {1, false};
  const size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // What the second byte may be rules out overlong forms, surrogates and what is beyond U+10FFFF.
  uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  for (size_t index = 1; index < size; ++index) {
    if (end - at <= static_cast<ptrdiff_t>(index) || byte(index) < low || byte(index) > high)
      return {index, false};
    low = 0x80;
    high = 0xbf;
  }
  return {size, true};
}

}  // namespace penstock::fluentbit::json_text
