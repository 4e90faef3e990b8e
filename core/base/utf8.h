// One step through UTF-8 of unknown origin (Unicode 15, table 3-7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace penstock {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";  // U+FFFD

struct Utf8Step {
  uint32_t code_point = 0;  // where valid
  uint32_t size = 1;        // bytes: of the character, or of the ill-formed part to be replaced as one
  bool valid = false;
};

// The character that starts at text[at], or the maximal subpart of one that is ill-formed there.
inline Utf8Step utf8_step(std::string_view text, size_t at) {
  const auto byte = [&](size_t index) { return static_cast<uint8_t>(text[index]); };
  const uint8_t lead = byte(at);
  if (lead < 0x80) return {lead, 1, true};
  uint32_t size = 0;
  uint8_t low = 0x80;  // what the second byte may be: this rules out overlong forms, surrogates and > U+10FFFF
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
    if (at + index >= text.size()) return {0, index, false};
    const uint8_t next = byte(at + index);
    if (next < low || next > high) return {0, index, false};
    code_point = code_point << 6 | (next & 0x3Fu);
    low = 0x80;
    high = 0xBF;
  }
  return {code_point, size, true};
}

}  // namespace penstock
