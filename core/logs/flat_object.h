// JSON objects of the one form that loggers mostly write, read without a parser: members whose values are strings,
// numbers and literals, in one line, without blanks or with one behind each colon and comma.
#pragma once

#include <cstddef>
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
      : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

  // end: text is one complete JSON object, all members of which were given out. other: it is of another form, or
  // no JSON at all: what was given out until then may mean nothing.
  enum class Step { member, end, other };
  Step next(Member& member);

 private:
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  char front() const { return at_ == end_ ? '\0' : *at_; }
  bool take(char c);
  bool take_string(std::string_view& inside, bool& is_escaped);
  bool take_value(Member& member);
  bool take_number(std::string_view& number);
  bool take_literal(std::string_view& literal);

  const char* const begin_;
  const char* at_;
  const char* const end_;
};

}  // namespace penstock
