// Joins the lines of base64 that was wrapped into the text of one record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace penstock::host {

// A line of 76 characters (RFC 2045, coreutils) or 64 (RFC 7468, OpenSSL) goes on in the next one, unless it ends
// in padding. The text ends with the first shorter line, before a line that begins as gzip does, and where
// anything else follows. A line of another size is a text of its own, and is given out at once.
class Base64Lines {
 public:
  struct Text {
    std::string_view text;  // until the callback returns
    int64_t line;           // where it begins
    bool too_large;         // more than the limit; text is empty
  };
  using Take = std::function<void(const Text&)>;
  Base64Lines(size_t limit_bytes, Take take) : limit_bytes_(limit_bytes), take_(std::move(take)) {}

  // A line without blanks around it, and its number.
  void line(std::string_view line, int64_t number);
  // Something else follows, or nothing: the text that has begun is at its end.
  void end();

 private:
  bool goes_on_with(std::string_view line, int64_t number) const;

  size_t limit_bytes_;
  Take take_;
  std::string text_;
  size_t width_ = 0;  // of its lines; 0: no text has begun
  int64_t first_line_ = 0;
  int64_t next_line_ = 0;
  bool too_large_ = false;
};

}  // namespace penstock::host
