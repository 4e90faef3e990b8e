// Classifies the bytes of a JSON string.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace penstock::fluentbit::json_text {

// Returns whether c represents itself in a JSON string: ASCII except control characters, " and \.
inline bool is_plain(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

// Returns whether all bytes of a word are plain.
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

// Returns the first byte from at on that is not plain, or end.
inline const char* end_of_plain(const char* at, const char* end) {
#ifdef __SSE2__
  for (; end - at >= 16; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    // As signed bytes, those beyond ASCII are negative.
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
  // Checks the rest as two words that overlap: most keys and values are this short, and a loop over bytes is
  // slower.
  const auto left = end - at;
  if (left >= 8 ? left <= 16 && are_plain<uint64_t>(at) && are_plain<uint64_t>(end - 8)
                : left >= 4 && are_plain<uint32_t>(at) && are_plain<uint32_t>(end - 4))
    return end;
  while (at < end && is_plain(*at)) ++at;
  return at;
}

}  // namespace penstock::fluentbit::json_text
