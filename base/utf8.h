// Decoding of untrusted UTF-8 (Unicode 15, table 3-7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/block.h"

namespace penstock {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";  // U+FFFD

struct Utf8Step {
  uint32_t code_point = 0;  // 0 if invalid
  uint32_t size = 1;        // bytes of the character, or of the ill-formed part that one U+FFFD replaces
  bool valid = false;
};

// Returns the character that starts at `at`, or the maximal subpart that is ill-formed there. REQUIRES: at is
// before end.
inline Utf8Step utf8_step(const char* at, const char* end) {
  const auto byte = [&](size_t index) { return static_cast<uint8_t>(at[index]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  uint32_t size = 0;
  uint8_t low =
      0x80;  // range of the second byte: excludes overlong forms, surrogates, and code points above U+10FFFF
  uint8_t high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    size = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    size = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    size = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return {};
  }
  uint32_t code_point = lead & (0x7Fu >> size);
  for (uint32_t index = 1; index < size; ++index) {
    if (end - at <= static_cast<ptrdiff_t>(index)) return {0, index, false};
    const uint8_t next = byte(index);
    if (next < low || next > high) return {0, index, false};
    code_point = code_point << 6 | (next & 0x3Fu);
    low = 0x80;
    high = 0xBF;
  }
  return {code_point, size, true};
}

// The same for the character that starts at text[at].
inline Utf8Step utf8_step(std::string_view text, size_t at) {
  return utf8_step(text.data() + at, text.data() + text.size());
}

inline bool is_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = utf8_step(text, at);
    if (!step.valid) return false;
    at += step.size;
  }
  return true;
}

// Writes a character of one to four bytes and returns its end.
inline char* put_utf8(char* to, uint32_t code_point) {
  const auto put = [&to](uint32_t byte) { *to++ = static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
    return to;
  }
  if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
  }
  put(0x80 | (code_point & 0x3F));
  return to;
}

// Returns whether text has more than limit characters; each ill-formed part counts as one. Reads only limit
// characters, however long text is.
inline bool has_more_characters(std::string_view text, size_t limit) {
  if (text.size() <= limit) return false;
  size_t at = 0;
  for (size_t count = 0; count < limit && at < text.size(); ++count) at += utf8_step(text, at).size;
  return at < text.size();
}

// Returns the longest prefix of text that has at most limit_bytes bytes and does not end inside a character.
inline std::string_view whole_characters(std::string_view text, size_t limit_bytes) {
  if (text.size() <= limit_bytes) return text;
  size_t end = limit_bytes;
  while (end > 0 && limit_bytes - end < 3 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

// Returns a block with each byte moved up by count places, and 0 in the lowest places.
template <int count>
Block moved_up(Block bytes) {
  constexpr int k = kBlockBytes - count;
  return __builtin_shufflevector(Block{}, bytes, k, k + 1, k + 2, k + 3, k + 4, k + 5, k + 6, k + 7, k + 8, k + 9,
                                 k + 10, k + 11, k + 12, k + 13, k + 14, k + 15);
}

// Returns the bytes that are not allowed after the lead byte before them: overlong forms, surrogates, and code
// points above U+10FFFF.
inline BlockMask bad_second_bytes(Block bytes) {
  const Block before = moved_up<1>(bytes);
  return ((before == 0xE0) & (bytes < 0xA0)) | ((before == 0xED) & (bytes > 0x9F)) |
         ((before == 0xF0) & (bytes < 0x90)) | ((before == 0xF4) & (bytes > 0x8F));
}

// Returns the number of bytes at the start of a block that are whole, well-formed characters. A character that may
// continue after the block does not count. REQUIRES: the block starts at a character boundary.
inline size_t well_formed_size(Block bytes) {
  const BlockMask continues = (bytes & 0xC0) == 0x80;
  const BlockMask must_continue =
      (moved_up<1>(bytes) >= 0xC0) | (moved_up<2>(bytes) >= 0xE0) | (moved_up<3>(bytes) >= 0xF0);
  const BlockMask never = ((bytes & 0xFE) == 0xC0) | (bytes >= 0xF5);
  const uint32_t bad = bits_of((continues ^ must_continue) | never | bad_second_bytes(bytes));
  const size_t end = bad == 0 ? kBlockBytes : first_of(bad);
  // A character that begins before end and continues after it is not whole.
  const auto leads = [&](size_t back, BlockMask lead) {
    return end >= back && (bits_of(lead) >> (end - back) & 1) != 0;
  };
  if (leads(3, bytes >= 0xF0)) return end - 3;
  if (leads(2, bytes >= 0xE0)) return end - 2;
  return leads(1, bytes >= 0xC0) ? end - 1 : end;
}

// What to do with each byte above ASCII in a block: bit i is for byte i. A byte without a bit is dropped.
// REQUIRES: the block starts with a character or an ill-formed part.
struct Utf8Repair {
  uint32_t kept = 0;      // bytes of well-formed characters
  uint32_t replaced = 0;  // first bytes of ill-formed parts, each replaced by U+FFFD
  size_t size = 0;        // bytes covered; an unfinished part at the end of the block is not
};

inline Utf8Repair repair_of(Block bytes) {
  const uint32_t continues = bits_of((bytes & 0xC0) == 0x80);
  const uint32_t from_two = bits_of((bytes >= 0xC2) & (bytes < 0xF5));
  const uint32_t from_three = bits_of(bytes >= 0xE0) & from_two;
  const uint32_t four = bits_of(bytes >= 0xF0) & from_two;
  // Bytes that continue a part that is well-formed so far.
  const uint32_t second = from_two << 1 & continues & ~bits_of(bad_second_bytes(bytes));
  const uint32_t third = second << 1 & from_three << 2 & continues;
  const uint32_t fourth = third << 1 & four << 3 & continues;
  const uint32_t of_two = (from_two & ~from_three) & second >> 1;
  const uint32_t of_three = (from_three & ~four) & third >> 2;
  const uint32_t of_four = four & fourth >> 3;
  Utf8Repair repair;
  repair.kept = of_two * 0b11 | of_three * 0b111 | of_four * 0b1111;
  repair.replaced = bits_of(bytes >= 0x80) & ~(repair.kept | second | third | fourth);
  const uint32_t open =
      (from_two & 1u << 15) | (from_three & second >> 1 & 1u << 14) | (four & third >> 2 & 1u << 13);
  repair.size = open == 0 ? kBlockBytes : first_of(open);
  return repair;
}

}  // namespace penstock
