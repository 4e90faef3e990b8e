#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/block.h"
#include "core/logs/decode/subscription_message.h"

namespace penstock::logs {

namespace {

bool has_surrogate(const char* at) {
  return any((load_block(at) == '\\') & (load_block(at + 1) == 'u') & ((load_block(at + 2) | 0x20) == 'd'));
}

// Returns the first \ud or \uD at or after from.
size_t find_surrogate(std::string_view text, size_t from) {
  size_t at = from;
  while (at + kBlockBytes + 2 <= text.size() && !has_surrogate(text.data() + at)) at += kBlockBytes;
  for (; at + 3 <= text.size(); ++at)
    if (text[at] == '\\' && text[at + 1] == 'u' && (text[at + 2] | 0x20) == 'd') return at;
  return std::string_view::npos;
}

// Returns whether the backslash at `at` is not itself escaped by one before it.
bool is_escape(std::string_view text, size_t at) {
  size_t before = 0;
  while (before < at && text[at - before - 1] == '\\') ++before;
  return before % 2 == 0;
}

// Returns the code unit of the \uXXXX at `at`, or 0.
uint32_t code_unit(std::string_view text, size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return 0;
  uint32_t unit = 0;
  const char* const digits = text.data() + at + 2;
  return std::from_chars(digits, digits + 4, unit, 16).ptr == digits + 4 ? unit : 0;
}

}  // namespace

void replace_lone_surrogate_escapes(char* data, size_t size) {
  const std::string_view text(data, size);
  size_t at = 0;
  while ((at = find_surrogate(text, at)) != std::string_view::npos) {
    const uint32_t unit = is_escape(text, at) ? code_unit(text, at) : 0;
    const uint32_t next = unit >= 0xD800 && unit < 0xDC00 ? code_unit(text, at + 6) : 0;
    if (next >= 0xDC00 && next < 0xE000) {
      at += 12;
    } else if (unit >= 0xD800 && unit < 0xE000) {
      std::memcpy(data + at + 2, "fffd", 4);
      at += 6;
    } else {
      at += 2;
    }
  }
}

}  // namespace penstock::logs
