// JSON objects of the one form that loggers mostly write, read without a parser: members whose values are strings,
// numbers and literals, in one line, without blanks or with one behind each colon and comma.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace penstock {

// Goes through the members of one object. Changes nothing and needs no copy.
class FlatObject {
 public:
  struct Member {
    enum class Kind { text, escaped_text, number, literal };
    std::string_view name;   // has no escapes
    std::string_view value;  // without quotes; escapes stay
    Kind kind = Kind::literal;
  };

  // Views of text are given out.
  explicit FlatObject(std::string_view text)
      : begin_(text.data()), cursor_{text.data(), text.data() + text.size()} {}

  // end: text is one complete JSON object, all members of which were given out. other: it is of another form, or
  // no JSON at all: what was given out until then may mean nothing.
  enum class Step { member, end, other };
  Step next(Member& member);

  // Whether all of what was read is ASCII.
  bool is_ascii() const { return !cursor_.has_others; }

 private:
  struct Cursor {
    const char* at;
    const char* end;
    // The 64 bytes last looked at, and the bits of those in it that are special in a string.
    const char* stretch = nullptr;
    uint64_t special = 0;
    bool has_others = false;  // than ASCII

    size_t left() const { return static_cast<size_t>(end - at); }
    char front() const { return at == end ? '\0' : *at; }
    bool take(char c);
    void read_stretch();
    bool find_special();
    bool take_string(std::string_view& inside, bool& is_escaped);
    bool take_number(std::string_view& number);
    bool take_literal(std::string_view& literal);
    bool take_value(Member& member);
    Step next(const char* begin, Member& member);
  };

  const char* const begin_;
  Cursor cursor_;
};

}  // namespace penstock
