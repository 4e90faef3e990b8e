// Helpers for scanning a line of text.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/block.h"
#include "base/text.h"

namespace penstock::scan {

// Eight bytes at once, in the machine's byte order: for tests that look at each byte independently.
inline constexpr uint64_t kOnes = 0x0101010101010101;
inline constexpr uint64_t kHighBits = kOnes * 0x80;

inline uint64_t load_word(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Returns nonzero if a byte is below limit. REQUIRES: limit <= 0x80.
inline constexpr uint64_t any_below(uint64_t word, uint8_t limit) {
  return (word - kOnes * limit) & ~word & kHighBits;
}
inline constexpr uint64_t any_equal(uint64_t word, char c) {
  return any_below(word ^ (kOnes * static_cast<uint8_t>(c)), 1);
}

// Returns the index of the first byte for which ends() is true, or the size of text. may_end() tests eight bytes
// at once and returns 0 if ends() is false for all of them.
template <class MayEnd, class Ends>
size_t find_end(std::string_view text, MayEnd may_end, Ends ends) {
  size_t at = 0;
  while (at + 8 <= text.size() && may_end(load_word(text.data() + at)) == 0) at += 8;
  while (at < text.size() && !ends(text[at])) ++at;
  return at;
}

// Returns the index of the first c, or the size of text.
inline size_t find_byte(std::string_view text, char c) {
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    const uint64_t found = any_equal(load_word(text.data() + at), c);
    if (found == 0) continue;
    // Only the lowest set bit is reliable; those above it may be wrong.
    if constexpr (std::endian::native == std::endian::little)
      return at + static_cast<size_t>(std::countr_zero(found)) / 8;
    break;
  }
  while (at < text.size() && text[at] != c) ++at;
  return at;
}

// Compares texts of 8 to 16 bytes without a function call.
inline bool equal(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a.size() < 8 || a.size() > 16) return a == b;
  const size_t last = a.size() - 8;
  return ((load_word(a.data()) ^ load_word(b.data())) |
          (load_word(a.data() + last) ^ load_word(b.data() + last))) == 0;
}

// Returns the high bit of each byte that is between low and high. REQUIRES: all bytes of word are below 0x80.
inline constexpr uint64_t bytes_from_to(uint64_t word, uint8_t low, uint8_t high) {
  return (word + kOnes * (0x80U - low)) & ~(word + kOnes * (0x7FU - high)) & kHighBits;
}

// Returns whether eight bytes have digits where the shape has zeros, and equal it elsewhere.
inline bool has_shape(const char* text, const char* shape) {
  const uint64_t expected = load_word(shape);
  const uint64_t off = load_word(text) ^ expected;  // below 10 for a digit, 0 for other bytes
  const uint64_t zeros = bytes_from_to(expected, '0', '0') >> 7;
  const uint64_t limits = kOnes * 0x7F - zeros * 9;
  return (((off + limits) | off) & kHighBits) == 0;
}

// The same for the 16 bytes of a block.
inline bool has_shape_of_block(const char* text, const char* shape) {
  const Block expected = load_block(shape);
  const Block limits = reinterpret_cast<Block>(expected == '0') & 9;
  return all((load_block(text) ^ expected) <= limits);
}

// Returns the number that eight digits represent. Adds neighbors in pairs: digits, then pairs, then fours.
inline uint32_t eight_digits(const char* digits) {
  if constexpr (std::endian::native != std::endian::little) {
    uint32_t number = 0;
    for (size_t index = 0; index < 8; ++index) number = number * 10 + static_cast<uint32_t>(digits[index] - '0');
    return number;
  }
  uint64_t word = load_word(digits) - kOnes * '0';
  word = (word * 10 + (word >> 8)) & 0x00FF00FF00FF00FF;
  word = (word * 100 + (word >> 16)) & 0x0000FFFF0000FFFF;
  return static_cast<uint32_t>(word * 10'000 + (word >> 32));
}

inline std::string_view trim_front(std::string_view text) {
  while (!text.empty() && is_space_or_tab(text.front())) text.remove_prefix(1);
  return text;
}

// Returns the text before the first blank.
inline std::string_view word(std::string_view text) {
  return text.substr(0, find_end(
                            text, [](uint64_t bytes) { return any_below(bytes, ' ' + 1); }, is_blank));
}

// Returns the text before the first \n or \r.
inline std::string_view first_line(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  return line.substr(0, line.find('\r'));
}

// Removes prefix from the start of text, and then spaces and tabs. Returns false if text does not start with
// prefix.
inline bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text = trim_front(text.substr(prefix.size()));
  return true;
}

// Returns text without leading blanks and line ends.
inline std::string_view skip_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

// Removes the first word, and the spaces and tabs after it, from text. Returns the word.
inline std::string_view take_word(std::string_view& text) {
  const std::string_view taken = word(text);
  text = trim_front(text.substr(taken.size()));
  return taken;
}

// Returns the size of the dotted name, such as Runtime.ExitError, that text starts with.
inline size_t name_size(std::string_view text) {
  size_t at = 0;
  while (at < text.size() &&
         (is_letter(text[at]) || text[at] == '_' || (at > 0 && (is_digit(text[at]) || text[at] == '.'))))
    ++at;
  return at;
}
inline bool is_name(std::string_view text) { return !text.empty() && name_size(text) == text.size(); }

// Returns whether text has the form of a request ID: xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx, where x is a digit or
// letter.
inline bool is_uuid(std::string_view text) {
  constexpr size_t kBytes = 36;
  constexpr uint64_t kDashes = uint64_t{1} << 8 | uint64_t{1} << 13 | uint64_t{1} << 18 | uint64_t{1} << 23;
  constexpr size_t kLastBlock = kBytes - kBlockBytes;
  if (text.size() != kBytes) return false;
  uint64_t dashes = 0;
  uint64_t alphanumeric = 0;
  for (const size_t at : {size_t{0}, kBlockBytes, kLastBlock}) {
    const Block bytes = load_block(text.data() + at);
    dashes |= uint64_t{bits_of(bytes == '-')} << at;
    alphanumeric |= uint64_t{bits_of((bytes - '0' < 10) | ((bytes | 0x20) - 'a' < 26))} << at;
  }
  return dashes == kDashes && (dashes | alphanumeric) == (uint64_t{1} << kBytes) - 1;
}

}  // namespace penstock::scan
