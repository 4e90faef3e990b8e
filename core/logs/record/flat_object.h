// A reader of JSON objects in the form that most loggers write: members whose values are strings, numbers and
// literals, on one line, with at most one blank after each colon and comma.
//
// Why: for these, RapidJSON took 2.5 times as long. It remains the authority, and reads objects in any other form.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/block.h"
#include "base/json_number.h"

namespace penstock::logs {

// A cursor over the members of one object. It changes and copies nothing. All of it is inlined into its caller:
// otherwise the position is stored to memory at each byte, which costs a quarter of the time.
class FlatObject {
 public:
  struct Member {
    enum class Kind { text, escaped_text, number, literal };
    std::string_view name;   // has no escapes
    std::string_view value;  // without quotes, but with its escapes
    Kind kind = Kind::literal;
  };

  // Members are views of text.
  explicit FlatObject(std::string_view text)
      : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

  // end: text is one complete JSON object, and all its members were returned. other: text has another form, or is
  // not JSON; the members returned so far may be meaningless.
  enum class Step { member, end, other };
  [[gnu::always_inline]] Step next(Member& member) {
    if (at_ == begin_) {
      if (begin_ == end_ || end_[-1] != '}' || !take('{')) return Step::other;
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

  // Returns whether everything read so far is ASCII.
  bool is_ascii() const { return !has_others_; }

 private:
  static constexpr size_t kStretchBytes = 64;
  // Per string. With more escapes, a parser that unescapes is just as fast.
  static constexpr int kMaxEscapes = 50;

  static constexpr bool is_in_number(char c) {
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
  }
  // Returns whether c may follow a backslash, other than in \uXXXX.
  static constexpr bool is_short_escape(char c) {
    return c == '"' || c == '\\' || c == '/' || c == 'b' || c == 'f' || c == 'n' || c == 'r' || c == 't';
  }

  size_t left() const { return static_cast<size_t>(end_ - at_); }
  // REQUIRES: at_ is not at the end. This holds while an object is read: the text ends with a brace, and only
  // the end of the object takes it.
  char front() const { return *at_; }
  bool take(char c) {
    if (front() != c) return false;
    ++at_;
    return true;
  }

  // Scans the 64 bytes at at_. If fewer are left, the block begins earlier, so that it does not pass the end of
  // the text.
  [[gnu::always_inline]] void read_stretch() {
    const size_t missing = left() < kStretchBytes ? kStretchBytes - left() : 0;
    if (missing > static_cast<size_t>(at_ - begin_)) return read_short_text();
    look_at(at_ - missing);
    special_ >>= missing;
  }

  [[gnu::noinline]] void read_short_text() {
    std::array<char, kStretchBytes> text;
    text.fill(' ');
    std::memcpy(text.data(), at_, left());
    look_at(text.data());
  }

  [[gnu::always_inline]] void look_at(const char* from) {
    stretch_ = at_;
    special_ = 0;
    Block all_bytes = {};
#pragma GCC unroll 4
    for (size_t offset = 0; offset < kStretchBytes; offset += kBlockBytes) {
      const Block bytes = load_block(from + offset);
      all_bytes |= bytes;
      const uint64_t special = bits_of((bytes < 0x20) | (bytes == '"') | (bytes == '\\'));
      special_ |= special << offset;
    }
    has_others_ = has_others_ || any(all_bytes >= 0x80);
  }

  // Advances to the next byte that is special in a string. Returns false at the end of the text.
  [[gnu::always_inline]] bool find_special() {
    while (at_ != end_) {
      const auto offset = static_cast<size_t>(at_ - stretch_);
      if (stretch_ == nullptr || offset >= kStretchBytes) {
        read_stretch();
        continue;
      }
      if (const uint64_t special = special_ >> offset; special != 0) {
        at_ += std::countr_zero(special);
        return true;
      }
      at_ += std::min(kStretchBytes - offset, left());
    }
    return false;
  }

  // Reads a string up to its closing quote. Fails at a control character, or at an escape other than a short one.
  [[gnu::always_inline]] bool take_string(std::string_view& inside, bool& is_escaped) {
    if (!take('"')) return false;
    const char* const from = at_;
    for (int escapes = 0; find_special();) {
      if (*at_ == '"') {
        inside = {from, static_cast<size_t>(at_++ - from)};
        is_escaped = escapes > 0;
        return true;
      }
      if (*at_ != '\\' || left() < 2 || !is_short_escape(at_[1]) || ++escapes > kMaxEscapes) return false;
      at_ += 2;
    }
    return false;
  }

  bool take_number(std::string_view& number) {
    const char* const from = at_;
    while (is_in_number(front())) ++at_;
    number = {from, static_cast<size_t>(at_ - from)};
    return is_json_number(number);
  }

  bool take_literal(std::string_view& literal) {
    for (const std::string_view known : {"true", "false", "null"}) {
      if (!std::string_view(at_, left()).starts_with(known)) continue;
      literal = known;
      at_ += known.size();
      return true;
    }
    return false;
  }

  [[gnu::always_inline]] bool take_value(Member& member) {
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

  const char* const begin_;
  const char* at_;
  const char* const end_;
  // The 64 bytes scanned last, and a bit for each of them that is special in a string.
  const char* stretch_ = nullptr;
  uint64_t special_ = 0;
  bool has_others_ = false;
};

}  // namespace penstock::logs
