#include "core/logs/decode/string_kernel.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include <array>
#include <bit>

#include "base/block.h"
#include "base/cpu.h"
#include "base/utf8.h"

namespace penstock::logs {

namespace {

constexpr size_t kStretchBytes = StretchEscapes::kStretchBytes;
constexpr size_t kMoveBytes = StringKernel::kMoveBytes;

inline size_t first_bit(uint64_t bits) { return static_cast<size_t>(std::countr_zero(bits)); }
inline uint64_t bits_below(size_t bit) { return bit < 64 ? (uint64_t{1} << bit) - 1 : ~uint64_t{0}; }

// Returns the backslashes that begin an escape: the first, third, ... of each run of backslashes. REQUIRES: the
// stretch does not begin in the middle of an escape. The method is that of simdjson's find_escaped
// (https://github.com/simdjson/simdjson, src/generic/stage1/json_escape_scanner.h).
inline uint64_t escapes_among(uint64_t backslashes) {
  constexpr uint64_t kOddBits = 0xAAAAAAAAAAAAAAAA;
  return (((backslashes << 1 | kOddBits) - backslashes) ^ kOddBits) & backslashes;
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

bool is_unicode_escape(const char* at) {
  return at[0] == '\\' && at[1] == 'u' && is_hex(at[2]) && is_hex(at[3]) && is_hex(at[4]) && is_hex(at[5]);
}

constexpr std::array<char, 256> kShortEscapes = [] {
  std::array<char, 256> table = {};
  table['"'] = '"';
  table['\\'] = '\\';
  table['/'] = '/';
  table['b'] = '\b';
  table['f'] = '\f';
  table['n'] = '\n';
  table['r'] = '\r';
  table['t'] = '\t';
  return table;
}();

// Returns whether all backslashes from `at` to end begin valid escapes.
bool has_valid_escapes(const char* at, const char* end) {
  for (; at < end; ++at) {
    if (*at != '\\') continue;
    if (!is_unicode_escape(at) && kShortEscapes[static_cast<uint8_t>(at[1])] == '\0') return false;
    ++at;
  }
  return true;
}

// Returns the code unit of the \uXXXX at `at`.
uint32_t code_unit(const char* at) {
  uint32_t unit = 0;
  for (size_t index = 2; index < 6; ++index) {
    const auto c = static_cast<uint8_t>(at[index]);
    unit = unit << 4 | (c <= '9' ? c - uint32_t{'0'} : (c | 0x20) - uint32_t{'a'} + 10);
  }
  return unit;
}

// Decodes the \uXXXX at from, or a surrogate pair of them; a lone surrogate becomes U+FFFD.
char* put_unicode_escape(char* to, const char*& from) {
  uint32_t code_point = code_unit(from);
  from += 6;
  if (code_point >= 0xD800 && code_point < 0xE000) {
    const uint32_t next = code_point < 0xDC00 && is_unicode_escape(from) ? code_unit(from) : 0;
    if (next >= 0xDC00 && next < 0xE000) {
      code_point = 0x10000 + ((code_point - 0xD800) << 10) + (next - 0xDC00);
      from += 6;
    } else {
      code_point = 0xFFFD;
    }
  }
  return put_utf8(to, code_point);
}

// Copies up to 64 bytes. May also overwrite the bytes after them, up to the next multiple of kMoveBytes.
char* put_piece(char* to, const char* from, size_t size) {
  static_assert(kStretchBytes == 2 * kMoveBytes && kMoveBytes == 2 * kBlockBytes);
  const auto move = [](char* target, const char* source) {
    const Block first = load_block(source);
    const Block second = load_block(source + kBlockBytes);
    store_block(target, first);
    store_block(target + kBlockBytes, second);
  };
  move(to, from);
  if (size > kMoveBytes) move(to + kMoveBytes, from + kMoveBytes);
  return to + size;
}

// Unescapes the bytes from `stretch` to the end of the stretch, and those from `from` to there, which are not yet
// copied: from is after `stretch` only if the second half of a surrogate pair reaches into the stretch. escapes:
// the bits of backslashes that begin an escape. Returns the end of the result. Sets from to the end of the
// stretch.
char* unescape_one_by_one(char* to, const char*& from, const char* stretch, size_t size, uint64_t escapes) {
  for (; escapes != 0; escapes &= escapes - 1) {
    const char* const escape = stretch + first_bit(escapes);
    if (escape < from) continue;  // the second half of a surrogate pair
    to = put_piece(to, from, static_cast<size_t>(escape - from));
    from = escape;
    if (from[1] == 'u') {
      to = put_unicode_escape(to, from);
    } else {
      *to++ = kShortEscapes[static_cast<uint8_t>(from[1])];
      from += 2;
    }
  }
  const char* const end = stretch + size;
  if (from >= end) return to;  // an escape reaches into the next stretch
  to = put_piece(to, from, static_cast<size_t>(end - from));
  from = end;
  return to;
}

namespace blocks {

// On any processor.
#define KERNEL_TARGET

struct Stretch {
  Block first, second, third, fourth;
};

inline Stretch load_stretch(const char* at) {
  return {load_block(at), load_block(at + kBlockBytes), load_block(at + 2 * kBlockBytes),
          load_block(at + 3 * kBlockBytes)};
}

inline uint64_t bits_of_blocks(BlockMask first, BlockMask second, BlockMask third, BlockMask fourth) {
  return uint64_t{bits_of(first)} | uint64_t{bits_of(second)} << kBlockBytes |
         uint64_t{bits_of(third)} << 2 * kBlockBytes | uint64_t{bits_of(fourth)} << 3 * kBlockBytes;
}

inline uint64_t equal_to(const Stretch& stretch, char c) {
  const auto byte = static_cast<uint8_t>(c);
  return bits_of_blocks(stretch.first == byte, stretch.second == byte, stretch.third == byte,
                        stretch.fourth == byte);
}

inline uint64_t controls_of(const Stretch& stretch) {
  return bits_of_blocks(stretch.first < 0x20, stretch.second < 0x20, stretch.third < 0x20, stretch.fourth < 0x20);
}

inline char* unescape_stretch(char* to, const char*& from, const char* stretch, size_t size, uint64_t escapes) {
  return unescape_one_by_one(to, from, stretch, size, escapes);
}

#include "core/logs/decode/string_kernel_code.inc"
#undef KERNEL_TARGET

constexpr StringKernel kKernel = {"blocks of 16 bytes", find_end, unescape};

}  // namespace blocks

#ifdef __x86_64__

namespace avx2 {

#define KERNEL_TARGET __attribute__((target("avx2,bmi,bmi2,popcnt")))

struct Stretch {
  __m256i low, high;
};

KERNEL_TARGET inline Stretch load_stretch(const char* at) {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)),
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + sizeof(__m256i)))};
}

KERNEL_TARGET inline uint64_t bits_of_halves(__m256i low, __m256i high) {
  return static_cast<uint32_t>(_mm256_movemask_epi8(low)) |
         uint64_t{static_cast<uint32_t>(_mm256_movemask_epi8(high))} << 32;
}

KERNEL_TARGET inline uint64_t equal_to(const Stretch& stretch, char c) {
  const __m256i bytes = _mm256_set1_epi8(c);
  return bits_of_halves(_mm256_cmpeq_epi8(stretch.low, bytes), _mm256_cmpeq_epi8(stretch.high, bytes));
}

KERNEL_TARGET inline uint64_t controls_of(const Stretch& stretch) {
  const __m256i last = _mm256_set1_epi8(0x1F);
  return bits_of_halves(_mm256_cmpeq_epi8(_mm256_min_epu8(stretch.low, last), stretch.low),
                        _mm256_cmpeq_epi8(_mm256_min_epu8(stretch.high, last), stretch.high));
}

// For each set of 8 bytes to keep, as bits, the order that moves them to the front.
constexpr size_t kGroupBytes = 8;
constexpr std::array<std::array<uint8_t, kGroupBytes>, 256> kOrders = [] {
  std::array<std::array<uint8_t, kGroupBytes>, 256> orders = {};
  for (size_t kept = 0; kept < orders.size(); ++kept) {
    size_t count = 0;
    for (uint8_t byte = 0; byte < kGroupBytes; ++byte)
      if ((kept >> byte & 1) != 0) orders[kept][count++] = byte;
  }
  return orders;
}();

// Removes the backslashes of a stretch in groups of bytes if it has several, and each is before a quote or another
// backslash, as in a message that is itself JSON.
KERNEL_TARGET inline char* unescape_stretch(char* to, const char*& from, const char* stretch, size_t size,
                                            uint64_t escapes) {
  constexpr int kMinEscapes = 3;  // with fewer, copying the text between them is faster
  if (from != stretch || std::popcount(escapes) < kMinEscapes)
    return unescape_one_by_one(to, from, stretch, size, escapes);
  const Stretch bytes = load_stretch(stretch);
  const uint64_t escaped = escapes << 1;
  if (((equal_to(bytes, '"') | equal_to(bytes, '\\')) & escaped) != escaped)
    return unescape_one_by_one(to, from, stretch, size, escapes);
  const uint64_t kept = bits_below(size) & ~escapes;
  for (size_t at = 0; at < size; at += kGroupBytes) {
    const uint64_t group = kept >> at & 0xFF;
    const __m128i text = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(stretch + at));
    const __m128i order = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(kOrders[group].data()));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_shuffle_epi8(text, order));
    to += std::popcount(group);
  }
  from = stretch + size;
  return to;
}

#include "core/logs/decode/string_kernel_code.inc"
#undef KERNEL_TARGET

constexpr StringKernel kKernel = {"AVX2", find_end, unescape};
bool is_supported() { return kCpu.avx2 && kCpu.bmi && kCpu.bmi2; }

}  // namespace avx2

namespace avx512 {

#define KERNEL_TARGET __attribute__((target("avx512bw,avx512vbmi2,bmi,bmi2,popcnt")))

using Stretch = __m512i;

KERNEL_TARGET inline Stretch load_stretch(const char* at) { return _mm512_loadu_si512(at); }

KERNEL_TARGET inline uint64_t equal_to(const Stretch& stretch, char c) {
  return _mm512_cmpeq_epi8_mask(stretch, _mm512_set1_epi8(c));
}

KERNEL_TARGET inline uint64_t controls_of(const Stretch& stretch) {
  return _mm512_cmplt_epu8_mask(stretch, _mm512_set1_epi8(0x20));
}

// Removes all backslashes of a stretch at once.
KERNEL_TARGET inline char* unescape_stretch(char* to, const char*& from, const char* stretch, size_t size,
                                            uint64_t escapes) {
  const Stretch bytes = load_stretch(stretch);
  const uint64_t escaped = escapes << 1;
  const uint64_t newlines = equal_to(bytes, 'n') & escaped;
  const uint64_t tabs = equal_to(bytes, 't') & escaped;
  const uint64_t unchanged = (equal_to(bytes, '"') | equal_to(bytes, '\\')) & escaped;
  if (from != stretch || (newlines | tabs | unchanged) != escaped)
    return unescape_one_by_one(to, from, stretch, size, escapes);
  const uint64_t kept = bits_below(size) & ~escapes;
  const Stretch with_newlines = _mm512_mask_mov_epi8(bytes, newlines, _mm512_set1_epi8('\n'));
  const Stretch with_tabs = _mm512_mask_mov_epi8(with_newlines, tabs, _mm512_set1_epi8('\t'));
  const auto kept_bytes = static_cast<size_t>(std::popcount(kept));
  _mm512_mask_storeu_epi8(to, bits_below(kept_bytes), _mm512_maskz_compress_epi8(kept, with_tabs));
  from = stretch + size;
  return to + kept_bytes;
}

#include "core/logs/decode/string_kernel_code.inc"
#undef KERNEL_TARGET

constexpr StringKernel kKernel = {"AVX-512", find_end, unescape};
bool is_supported() { return kCpu.avx512bw && kCpu.avx512vbmi2 && avx2::is_supported(); }

}  // namespace avx512

#endif

}  // namespace

char short_escape(char c) { return kShortEscapes[static_cast<uint8_t>(c)]; }

const StringKernel& string_kernel() {
#ifdef __x86_64__
  if (avx512::is_supported()) return avx512::kKernel;
  if (avx2::is_supported()) return avx2::kKernel;
#endif
  return blocks::kKernel;
}

std::array<const StringKernel*, 3> string_kernels() {
  std::array<const StringKernel*, 3> kernels = {&blocks::kKernel, nullptr, nullptr};
#ifdef __x86_64__
  if (avx2::is_supported()) kernels[1] = &avx2::kKernel;
  if (avx512::is_supported()) kernels[2] = &avx512::kKernel;
#endif
  return kernels;
}

}  // namespace penstock::logs
