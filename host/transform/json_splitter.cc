#include "host/transform/json_splitter.h"

#include <algorithm>
#include <cstdint>

#include "base/scan.h"
#include "base/text.h"

namespace penstock::host {

namespace {

// Returns the size of the part of a string's text that ends before its closing quote, before the end of a line, or
// before an escape of which the second byte is not there yet.
size_t size_within_string(std::string_view text) {
  size_t at = 0;
  while (true) {
    at += scan::find_end(
        text.substr(at),
        [](uint64_t word) {
          return scan::any_equal(word, '"') | scan::any_equal(word, '\\') | scan::any_equal(word, '\n');
        },
        [](char c) { return c == '"' || c == '\\' || c == '\n'; });
    const bool is_escape = at + 1 < text.size() && text[at] == '\\' && text[at + 1] != '\n';
    if (!is_escape) return at;
    at += 2;
  }
}

}  // namespace

void JsonSplitter::append(std::string_view text) {
  if (too_large_) return;
  if (text.size() > limit_bytes_ - text_.size()) {
    too_large_ = true;
    std::string().swap(text_);
    return;
  }
  text_ += text;
}

void JsonSplitter::begin(State state) {
  state_ = state;
  is_json_ = state == State::json;
  start_line_ = line_;
  depth_ = 0;
  significant_ = 0;
}

void JsonSplitter::give() {
  const std::string_view text = trim(text_);
  const Document::Kind kind = too_large_ ? Document::Kind::too_large
                              : is_json_ ? Document::Kind::json
                                         : Document::Kind::line;
  if (too_large_ || !text.empty()) take_({kind, text, start_line_});
  static constexpr size_t kKeptBytes = 1 << 20;
  if (text_.capacity() > kKeptBytes) std::string().swap(text_);
  text_.clear();
  too_large_ = false;
  state_ = State::between;
}

void JsonSplitter::feed(std::string_view text) {
  while (!text.empty()) {
    size_t plain = 0;
    if (state_ == State::line)
      plain = std::min(text.find('\n'), text.size());
    else if (state_ == State::string)
      plain = size_within_string(text);
    if (plain > 0) {
      append(text.substr(0, plain));
      text.remove_prefix(plain);
      continue;
    }
    step(text.front());
    text.remove_prefix(1);
  }
}

void JsonSplitter::step(char c) {
  const bool at_line_start = at_line_start_;
  at_line_start_ = c == '\n';
  switch (state_) {
    case State::between:
      if (!is_blank(c)) {
        begin(c == '{' ? State::json : State::line);
        append({&c, 1});
        if (c == '{') depth_ = 1;
        significant_ = c;
      }
      break;
    case State::line:  // at its end
      give();
      break;
    case State::json:
      if (c == '{' && at_line_start && std::string_view(",:[").find(significant_) == std::string_view::npos) {
        give();
        step(c);
        return;
      }
      step_json(c);
      break;
    case State::string:
      if (c == '\n') {
        give();
        break;
      }
      append({&c, 1});
      if (c == '"') state_ = State::json;
      if (c == '\\') state_ = State::escape;
      break;
    case State::escape:
      if (c == '\n') {
        give();
        break;
      }
      append({&c, 1});
      state_ = State::string;
      break;
  }
  if (c == '\n') ++line_;
}

void JsonSplitter::step_json(char c) {
  append({&c, 1});
  if (!is_blank(c)) significant_ = c;
  if (c == '"') state_ = State::string;
  if (c == '{' || c == '[') ++depth_;
  if ((c == '}' || c == ']') && --depth_ == 0) give();
}

void JsonSplitter::finish() {
  if (state_ != State::between) give();
}

}  // namespace penstock::host
