// Splits streamed text into JSON documents, on one line or several, and other lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace penstock::host {

struct Document {
  enum class Kind {
    json,      // from { to the matching }; not validated
    line,      // any other line, without blanks at either end; never empty
    too_large  // over the limit; text is empty
  };
  Kind kind;
  std::string_view text;  // valid until the callback returns
  int64_t line;           // first line, from 1
};

// A splitter of text. It recognizes an unterminated document if a line ends inside a string, or if the next
// document clearly begins: '{' at the start of a line, but not after a comma, a colon or a bracket. It passes such
// a document on as it is, so that other documents are not affected. Takes linear time, and memory bounded by the
// limit.
class JsonSplitter {
 public:
  using Take = std::function<void(const Document&)>;
  JsonSplitter(size_t limit_bytes, Take take) : limit_bytes_(limit_bytes), take_(std::move(take)) {}

  void feed(std::string_view text);
  void finish();  // the text is complete

 private:
  enum class State { between, line, json, string, escape };

  void step(char c);
  void step_json(char c);
  void begin(State state);
  void give();
  void append(std::string_view text);

  size_t limit_bytes_;
  Take take_;
  State state_ = State::between;
  std::string text_;
  bool too_large_ = false;
  bool is_json_ = false;
  int64_t line_ = 1;        // line of the current byte
  int64_t start_line_ = 1;  // first line of text_
  int64_t depth_ = 0;       // of open brackets
  char significant_ = 0;    // the last byte outside strings that is not a blank
  bool at_line_start_ = true;
};

}  // namespace penstock::host
