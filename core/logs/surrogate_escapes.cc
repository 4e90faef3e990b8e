#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "core/logs/subscription_message.h"

namespace penstock {

namespace {

// 16 bytes at a time, by the vector extension of gcc and clang: this looks at every byte of every message for
// something that hardly ever comes.
using Block = uint8_t __attribute__((vector_size(16)));

Block load(const char* at) {
  Block block;
  std::memcpy(&block, at, sizeof block);
  return block;
}

bool has_surrogate(const char* at) {
  const auto found = (load(at) == '\\') & (load(at + 1) == 'u') & ((load(at + 2) | 0x20) == 'd');
  std::array<uint64_t, 2> halves;
  std::memcpy(halves.data(), &found, sizeof found);
  return (halves[0] | halves[1]) != 0;
}

// The first \ud or \uD at or behind from.
size_t find_surrogate(std::string_view text, size_t from) {
  size_t at = from;
  while (at + sizeof(Block) + 2 <= text.size() && !has_surrogate(text.data() + at)) at += sizeof(Block);
  for (; at + 3 <= text.size(); ++at)
    if (text[at] == '\\' && text[at + 1] == 'u' && (text[at + 2] | 0x20) == 'd') return at;
  return std::string_view::npos;
}

// Whether the backslash at is not itself escaped by one before it.
bool is_escape(std::string_view text, size_t at) {
  size_t before = 0;
  while (before < at && text[at - before - 1] == '\\') ++before;
  return before % 2 == 0;
}

// The code unit of the \uXXXX at at, or 0.
uint32_t code_unit(std::string_view text, size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return 0;
  uint32_t unit = 0;
  const char* const digits = text.data() + at + 2;
  return std::from_chars(digits, digits + 4, unit, 16).ptr == digits + 4 ? unit : 0;
}

}  // namespace

void replace_lone_surrogate_escapes(std::string& text) {
  size_t at = 0;
  while ((at = find_surrogate(text, at)) != std::string_view::npos) {
    const uint32_t unit = is_escape(text, at) ? code_unit(text, at) : 0;
    const uint32_t next = unit >= 0xD800 && unit < 0xDC00 ? code_unit(text, at + 6) : 0;
    if (next >= 0xDC00 && next < 0xE000) {
      at += 12;
    } else if (unit >= 0xD800 && unit < 0xE000) {
      text.replace(at + 2, 4, "fffd");
      at += 6;
    } else {
      at += 2;
    }
  }
}

}  // namespace penstock
