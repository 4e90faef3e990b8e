// Cutting text into what it is made of, as it streams by: JSON documents, on one line or over many, and other
// lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace penstock::host {

struct Document {
  enum class Kind {
    json,      // from { to its }; what is between is for others to judge
    line,      // anything else, without blanks at the ends; never empty
    too_large  // more than the limit; text is empty
  };
  Kind kind;
  std::string_view text;  // until the callback returns
  int64_t line;           // where it begins, from 1
};

// A document that is not ended where a line must have ended (in a string), or where the next one clearly begins
// ('{' at the start of a line, not behind a comma, a colon or a bracket), is given out as it is, so that it costs
// no other. Time is linear, memory bounded by the limit.
class JsonSplitter {
 public:
  using Take = std::function<void(const Document&)>;
  JsonSplitter(size_t limit_bytes, Take take) : limit_bytes_(limit_bytes), take_(std::move(take)) {}

  void feed(std::string_view text);
  void finish();  // the text is at its end

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
  int64_t line_ = 1;        // of the byte looked at
  int64_t start_line_ = 1;  // of text_
  int64_t depth_ = 0;       // of open brackets
  char significant_ = 0;    // the last byte outside strings that is no blank
  bool at_line_start_ = true;
};

}  // namespace penstock::host
