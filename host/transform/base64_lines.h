// Joins lines of wrapped base64 to the text of one record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace penstock::host {

// A joiner of base64 lines. A line of 76 characters (RFC 2045, coreutils) or 64 (RFC 7468, OpenSSL) continues in
// the next line, unless it ends in padding. The text ends with the first shorter line, before a line that begins
// like gzip, or when anything else follows. A line of another size is a text by itself, and is passed on
// immediately.
class Base64Lines {
 public:
  struct Text {
    std::string_view text;  // valid until the callback returns
    int64_t line;           // first line
    bool too_large;         // over the limit; text is empty
  };
  using Take = std::function<void(const Text&)>;
  Base64Lines(size_t limit_bytes, Take take) : limit_bytes_(limit_bytes), take_(std::move(take)) {}

  // Adds a line, without blanks at either end, and its number.
  void line(std::string_view line, int64_t number);
  // Ends the current text: something else follows, or nothing.
  void end();

 private:
  bool goes_on_with(std::string_view line, int64_t number) const;

  size_t limit_bytes_;
  Take take_;
  std::string text_;
  size_t width_ = 0;  // of its lines; 0: not in a text
  int64_t first_line_ = 0;
  int64_t next_line_ = 0;
  bool too_large_ = false;
};

}  // namespace penstock::host
