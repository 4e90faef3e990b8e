#include "base/base64.h"

#include <openssl/evp.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdint>

#include "base/cpu.h"
#include "base/text.h"

namespace penstock {

namespace {

// Encodes 12 bytes as 16 characters at a time, as long as 16 bytes can be read. Returns the number of bytes
// encoded. The algorithm is from W. Mula and D. Lemire, "Faster Base64 Encoding and Decoding Using AVX2
// Instructions" (2018).
#ifdef __x86_64__
// Twice 12 bytes at a time, as long as 28 bytes can be read; otherwise as encode_base64_blocks().
__attribute__((target("avx2"))) size_t encode_base64_double_blocks(std::string_view data, char* out) {
  const __m256i order =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10));
  const __m256i offsets = _mm256_broadcastsi128_si256(
      _mm_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                    '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0));
  size_t taken = 0;
  for (; data.size() - taken >= 28; taken += 24, out += 32) {
    const auto* const from = reinterpret_cast<const __m128i*>(data.data() + taken);
    const auto* const second = reinterpret_cast<const __m128i*>(data.data() + taken + 12);
    const __m256i bytes = _mm256_shuffle_epi8(
        _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(from)), _mm_loadu_si128(second), 1), order);
    const __m256i outer =
        _mm256_mulhi_epu16(_mm256_and_si256(bytes, _mm256_set1_epi32(0x0fc0fc00)), _mm256_set1_epi32(0x04000040));
    const __m256i inner =
        _mm256_mullo_epi16(_mm256_and_si256(bytes, _mm256_set1_epi32(0x003f03f0)), _mm256_set1_epi32(0x01000010));
    const __m256i digits = _mm256_or_si256(outer, inner);
    const __m256i capital =
        _mm256_and_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(26), digits), _mm256_set1_epi8(13));
    const __m256i number = _mm256_or_si256(_mm256_subs_epu8(digits, _mm256_set1_epi8(51)), capital);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out),
                        _mm256_add_epi8(_mm256_shuffle_epi8(offsets, number), digits));
  }
  return taken;
}

__attribute__((target("ssse3"))) size_t encode_base64_blocks(std::string_view data, char* out) {
  const __m128i order = _mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
  const __m128i offsets = _mm_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                                        '0' - 52, '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0);
  size_t taken = 0;
  for (; data.size() - taken >= 16; taken += 12, out += 16) {
    const __m128i bytes =
        _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(data.data() + taken)), order);
    const __m128i outer =
        _mm_mulhi_epu16(_mm_and_si128(bytes, _mm_set1_epi32(0x0fc0fc00)), _mm_set1_epi32(0x04000040));
    const __m128i inner =
        _mm_mullo_epi16(_mm_and_si128(bytes, _mm_set1_epi32(0x003f03f0)), _mm_set1_epi32(0x01000010));
    const __m128i digits = _mm_or_si128(outer, inner);  // one digit of 6 bits per byte
    // Index of the offset that turns a digit into its character: 0 for digits 26 to 51, 1 to 12 for 52 to 63, 13
    // for 0 to 25.
    const __m128i capital = _mm_and_si128(_mm_cmpgt_epi8(_mm_set1_epi8(26), digits), _mm_set1_epi8(13));
    const __m128i number = _mm_or_si128(_mm_subs_epu8(digits, _mm_set1_epi8(51)), capital);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_add_epi8(_mm_shuffle_epi8(offsets, number), digits));
  }
  return taken;
}

// Lookup tables indexed by a character's upper four bits: its lowest and highest allowed value, and the offset
// that turns it into a digit. The slash is handled separately, because it has the same upper bits as the plus.
alignas(16) constexpr int8_t kLeast[16] = {127, 127, '+', '0', 'A', 'P', 'a', 'p',
                                           127, 127, 127, 127, 127, 127, 127, 127};
alignas(16) constexpr int8_t kMost[16] = {0, 0, '+', '9', 'O', 'Z', 'o', 'z', 0, 0, 0, 0, 0, 0, 0, 0};
alignas(16) constexpr int8_t kOffsets[16] = {0, 0, 62 - '+', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a',
                                             0, 0, 0,        0,        0,    0,    0,        0};
alignas(16) constexpr int8_t kDecodedOrder[16] = {2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1};

__attribute__((target("ssse3"))) inline __m128i load_table(const int8_t (&table)[16]) {
  return _mm_load_si128(reinterpret_cast<const __m128i*>(table));
}
__attribute__((target("avx2"))) inline __m256i load_table_twice(const int8_t (&table)[16]) {
  return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(table)));
}

// Decodes 16 characters to 12 bytes at a time, up to the first block that is not whole or has another character
// than a digit. out may be the start of text, because each write of 16 bytes stays within the characters already
// read. Returns the number of characters decoded.
__attribute__((target("ssse3"))) size_t decode_base64_blocks(std::string_view text, char* out) {
  const __m128i least = load_table(kLeast), most = load_table(kMost), offsets = load_table(kOffsets);
  const __m128i order = load_table(kDecodedOrder);
  size_t taken = 0;
  for (; text.size() - taken >= 16; taken += 16, out += 12) {
    const __m128i chars = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + taken));
    const __m128i upper = _mm_and_si128(_mm_srli_epi16(chars, 4), _mm_set1_epi8(15));
    const __m128i slash = _mm_cmpeq_epi8(chars, _mm_set1_epi8('/'));
    const __m128i outside = _mm_or_si128(_mm_cmpgt_epi8(_mm_shuffle_epi8(least, upper), chars),
                                         _mm_cmpgt_epi8(chars, _mm_shuffle_epi8(most, upper)));
    if (_mm_movemask_epi8(_mm_andnot_si128(slash, outside)) != 0) break;
    const __m128i offset =
        _mm_add_epi8(_mm_shuffle_epi8(offsets, upper), _mm_and_si128(slash, _mm_set1_epi8('+' + 1 - '/')));
    const __m128i digits = _mm_add_epi8(chars, offset);
    const __m128i pairs = _mm_maddubs_epi16(digits, _mm_set1_epi32(0x01400140));  // 12 bits each
    const __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00011000));      // 24 bits each
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_shuffle_epi8(fours, order));
  }
  return taken;
}

// As decode_base64_blocks(), but 32 characters to 24 bytes at a time.
__attribute__((target("avx2"))) size_t decode_base64_double_blocks(std::string_view text, char* out) {
  const __m256i least = load_table_twice(kLeast), most = load_table_twice(kMost);
  const __m256i offsets = load_table_twice(kOffsets), order = load_table_twice(kDecodedOrder);
  const __m256i joined = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);  // the two halves of 12 bytes
  size_t taken = 0;
  for (; text.size() - taken >= 32; taken += 32, out += 24) {
    const __m256i chars = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + taken));
    const __m256i upper = _mm256_and_si256(_mm256_srli_epi16(chars, 4), _mm256_set1_epi8(15));
    const __m256i slash = _mm256_cmpeq_epi8(chars, _mm256_set1_epi8('/'));
    const __m256i outside = _mm256_or_si256(_mm256_cmpgt_epi8(_mm256_shuffle_epi8(least, upper), chars),
                                            _mm256_cmpgt_epi8(chars, _mm256_shuffle_epi8(most, upper)));
    if (_mm256_movemask_epi8(_mm256_andnot_si256(slash, outside)) != 0) break;
    const __m256i offset = _mm256_add_epi8(_mm256_shuffle_epi8(offsets, upper),
                                           _mm256_and_si256(slash, _mm256_set1_epi8('+' + 1 - '/')));
    const __m256i digits = _mm256_add_epi8(chars, offset);
    const __m256i pairs = _mm256_maddubs_epi16(digits, _mm256_set1_epi32(0x01400140));
    const __m256i fours = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
    const __m256i halves = _mm256_shuffle_epi8(fours, order);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_permutevar8x32_epi32(halves, joined));
  }
  return taken;
}
#endif

}  // namespace

void append_base64(std::string& out, std::string_view data) {
  const size_t start = out.size();
  out.resize(start + (data.size() + 2) / 3 * 4 + 1);  // + 1: EVP_EncodeBlock appends a NUL
  char* at = out.data() + start;
#ifdef __x86_64__
  if (kCpu.avx2) {
    const size_t taken = encode_base64_double_blocks(data, at);
    data.remove_prefix(taken);
    at += taken / 3 * 4;
  }
  if (kCpu.ssse3) {
    const size_t taken = encode_base64_blocks(data, at);
    data.remove_prefix(taken);
    at += taken / 3 * 4;
  }
#endif
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(at), reinterpret_cast<const unsigned char*>(data.data()),
                  static_cast<int>(data.size()));
  out.pop_back();
}

size_t decode_base64_front_in_place(std::span<char> text) {
  size_t taken = 0;
#ifdef __x86_64__
  const std::string_view digits(text.data(), text.size());
  if (kCpu.avx2) taken = decode_base64_double_blocks(digits, text.data());
  if (kCpu.ssse3) taken += decode_base64_blocks(digits.substr(taken), text.data() + taken / 4 * 3);
#endif
  return taken;
}

std::optional<std::string_view> decode_base64_in_place(std::span<char> text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return std::string_view();
  const size_t first_padding = std::string_view(text.data(), text.size()).find('=');
  const size_t padding = first_padding == std::string_view::npos ? 0 : text.size() - first_padding;
  if (padding > 2 || (padding == 2 && text.back() != '=')) return std::nullopt;  // OpenSSL accepts "=" anywhere
  const size_t taken = decode_base64_front_in_place(text);
  // OpenSSL reads each group of four before it writes its three bytes, so here, too, the result may overlap text
  // that was already read.
  const size_t rest = text.size() - taken;
  if (rest > INT_MAX) return std::nullopt;
  const int decoded =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(text.data() + taken / 4 * 3),
                      reinterpret_cast<const unsigned char*>(text.data() + taken), static_cast<int>(rest));
  // OpenSSL skips blanks and dashes at both ends; the result is then shorter than the length of text implies.
  if (decoded < 0 || static_cast<size_t>(decoded) != rest / 4 * 3) return std::nullopt;
  return std::string_view(text.data(), text.size() / 4 * 3 - padding);
}

std::optional<std::string> decode_base64(std::string text) {
  const std::optional<std::string_view> decoded = decode_base64_in_place(text);
  if (!decoded) return std::nullopt;
  text.resize(decoded->size());
  return text;
}

bool is_base64_text(std::string_view text) {
  const size_t digits = text.find_last_not_of('=') + 1;  // 0 for npos
  return text.size() - digits <= 2 &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(digits),
                     [](char c) { return is_alphanumeric(c) || c == '+' || c == '/'; });
}

}  // namespace penstock
