#include "core/logs/flat_object.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "core/base/block.h"
#include "core/base/json.h"

namespace penstock {

namespace {

constexpr size_t kStretchBytes = 64;

// In a string: with more of them a parser that unescapes is not slower.
constexpr int kMostEscapes = 50;

constexpr bool is_in_number(char c) {
  return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
}

// What may stand behind a backslash but \uXXXX.
constexpr bool is_short_escape(char c) {
  return c == '"' || c == '\\' || c == '/' || c == 'b' || c == 'f' || c == 'n' || c == 'r' || c == 't';
}

}  // namespace

[[gnu::always_inline]] inline bool FlatObject::Cursor::take(char c) {
  if (front() != c) return false;
  ++at;
  return true;
}

// All of these are inlined into one another: else the cursor goes through memory at each byte, which costs a
// quarter of the time.

// Looks at the 64 bytes that begin here, or what is left of them.
[[gnu::always_inline]] inline void FlatObject::Cursor::read_stretch() {
  constexpr size_t kBlocks = kStretchBytes / kBlockBytes;
  std::array<char, kStretchBytes> part;
  const char* from = at;
  if (left() < kStretchBytes) {
    part.fill(' ');
    std::memcpy(part.data(), at, left());
    from = part.data();
  }
  stretch = at;
  special = 0;
  Block all_bytes = {};
  for (size_t index = 0; index < kBlocks; ++index) {
    const Block bytes = load_block(from + index * kBlockBytes);
    all_bytes |= bytes;
    const uint64_t bits = bits_of((bytes < 0x20) | (bytes == '"') | (bytes == '\\'));
    special |= bits << (index * kBlockBytes);
  }
  has_others = has_others || any(all_bytes >= 0x80);
}

// Goes to the first byte from here on that is special in a string; false where there is none.
[[gnu::always_inline]] inline bool FlatObject::Cursor::find_special() {
  while (at != end) {
    const auto offset = static_cast<size_t>(at - stretch);
    if (stretch == nullptr || offset >= kStretchBytes) {
      read_stretch();
      continue;
    }
    if (const uint64_t bits = special >> offset; bits != 0) {
      at += std::countr_zero(bits);
      return true;
    }
    at += std::min(kStretchBytes - offset, left());
  }
  return false;
}

// A string to its closing quote; what is in it has no control characters, and no escapes but short ones.
[[gnu::always_inline]] inline bool FlatObject::Cursor::take_string(std::string_view& inside, bool& is_escaped) {
  if (!take('"')) return false;
  const char* const from = at;
  for (int escapes = 0; find_special();) {
    if (*at == '"') {
      inside = {from, static_cast<size_t>(at++ - from)};
      is_escaped = escapes > 0;
      return true;
    }
    if (*at != '\\' || left() < 2 || !is_short_escape(at[1]) || ++escapes > kMostEscapes) return false;
    at += 2;
  }
  return false;
}

[[gnu::always_inline]] inline bool FlatObject::Cursor::take_number(std::string_view& number) {
  const char* const from = at;
  while (is_in_number(front())) ++at;
  number = {from, static_cast<size_t>(at - from)};
  return is_json_number(number);
}

[[gnu::always_inline]] inline bool FlatObject::Cursor::take_literal(std::string_view& literal) {
  for (const std::string_view known : {"true", "false", "null"}) {
    if (!std::string_view(at, left()).starts_with(known)) continue;
    literal = known;
    at += known.size();
    return true;
  }
  return false;
}

[[gnu::always_inline]] inline bool FlatObject::Cursor::take_value(Member& member) {
  bool is_escaped = false;
  switch (front()) {
    case '"':
      if (!take_string(member.value, is_escaped)) return false;
      member.kind = is_escaped ? Member::Kind::escaped_text : Member::Kind::text;
      return true;
    case 't':
    case 'f':
    case 'n':
      member.kind = Member::Kind::literal;
      return take_literal(member.value);
    default:
      member.kind = Member::Kind::number;
      return take_number(member.value);
  }
}

[[gnu::always_inline]] inline FlatObject::Step FlatObject::Cursor::next(const char* begin, Member& member) {
  if (at == begin) {
    if (!take('{')) return Step::other;
    if (left() == 1 && front() == '}') return Step::end;
  } else if (take(',')) {
    take(' ');
  } else {
    return take('}') && at == end ? Step::end : Step::other;
  }
  bool is_escaped = false;
  if (!take_string(member.name, is_escaped) || is_escaped || !take(':')) return Step::other;
  take(' ');
  return take_value(member) ? Step::member : Step::other;
}

// On a copy, which the compiler keeps in registers.
FlatObject::Step FlatObject::next(Member& member) {
  Cursor cursor = cursor_;
  const Step step = cursor.next(begin_, member);
  cursor_ = cursor;
  return step;
}

}  // namespace penstock
