// The stable codes of errors and warnings.
#pragma once

#include <string>
#include <string_view>

namespace penstock {

// The code of an error or a warning, such as PS0101, by which docs/troubleshooting.md lists its cause and remedy.
// A code keeps its meaning when the text of the message changes.
class MessageId {
 public:
  // text is "PS" and four digits; anything else does not compile.
  // NOLINTNEXTLINE(google-explicit-constructor): a call reads as log.warn("PS0101", ...)
  consteval MessageId(const char (&text)[7]) : text_(text) {
    if (text[0] != 'P' || text[1] != 'S') throw "a message code starts with PS";
    for (int i = 2; i < 6; ++i)
      if (text[i] < '0' || text[i] > '9') throw "a message code ends with four digits";
  }

  constexpr std::string_view text() const { return {text_, 6}; }
  friend constexpr bool operator==(MessageId a, MessageId b) { return a.text() == b.text(); }

 private:
  const char* text_;  // a literal
};

// Returns "PS0101: text".
inline std::string coded(MessageId id, std::string_view text) {
  std::string message(id.text());
  message += ": ";
  message += text;
  return message;
}

}  // namespace penstock
