#include "core/logs/flat_object.h"

#include <algorithm>

#include "core/base/block.h"
#include "core/base/json.h"

namespace penstock {

namespace {

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

inline bool FlatObject::take(char c) {
  if (front() != c) return false;
  ++at_;
  return true;
}

// A string to its closing quote; what is in it has no control characters, and no escapes but short ones.
inline bool FlatObject::take_string(std::string_view& inside, bool& is_escaped) {
  if (!take('"')) return false;
  const char* const from = at_;
  for (int escapes = 0; at_ != end_;) {
    const size_t size = std::min(kBlockBytes, left());
    const Block bytes = size == kBlockBytes ? load_block(at_) : load_part_of_block(at_, size);
    const uint32_t others = bits_of((bytes < 0x20) | (bytes == '"') | (bytes == '\\')) & ((1u << size) - 1);
    if (others == 0) {
      at_ += size;
      continue;
    }
    at_ += first_of(others);
    if (*at_ == '"') {
      inside = {from, static_cast<size_t>(at_++ - from)};
      is_escaped = escapes > 0;
      return true;
    }
    if (*at_ != '\\' || left() < 2 || !is_short_escape(at_[1]) || ++escapes > kMostEscapes) return false;
    at_ += 2;
  }
  return false;
}

inline bool FlatObject::take_number(std::string_view& number) {
  const char* const from = at_;
  while (is_in_number(front())) ++at_;
  number = {from, static_cast<size_t>(at_ - from)};
  return is_json_number(number);
}

inline bool FlatObject::take_literal(std::string_view& literal) {
  for (const std::string_view known : {"true", "false", "null"}) {
    if (!std::string_view(at_, left()).starts_with(known)) continue;
    literal = known;
    at_ += known.size();
    return true;
  }
  return false;
}

inline bool FlatObject::take_value(Member& member) {
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

FlatObject::Step FlatObject::next(Member& member) {
  if (at_ == begin_) {
    if (!take('{')) return Step::other;
    if (left() == 1 && front() == '}') return Step::end;
  } else if (take(',')) {
    take(' ');
  } else {
    return take('}') && at_ == end_ ? Step::end : Step::other;
  }
  bool is_escaped = false;
  if (!take_string(member.name, is_escaped) || is_escaped || !take(':')) return Step::other;
  take(' ');
  return take_value(member) ? Step::member : Step::other;
}

}  // namespace penstock
