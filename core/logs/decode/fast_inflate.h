// Inflating gzip data as a whole by libdeflate, at nearly three times zlib's pace.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>

#include "base/text_buffer.h"

namespace penstock::logs {

// Where the padding that may follow a gzip member ends: zero bytes, and the line endings of whatever wrote members
// as lines.
inline size_t end_of_gzip_padding(std::string_view data, size_t at) {
  return std::min(data.find_first_not_of(std::string_view("\0\r\n", 3), at), data.size());
}

// The fast path alone: what is not plainly good is left to zlib, which says what is wrong with it.
class FastInflate {
 public:
  // Whether libdeflate is built in; without it inflate() takes nothing.
  static bool is_built_in();

  FastInflate();
  ~FastInflate();
  FastInflate(const FastInflate&) = delete;
  FastInflate& operator=(const FastInflate&) = delete;

  // Replaces out by the inflated members of data where they are whole, nothing but padding follows them, and
  // together they inflate to no more than limit_bytes; else false, and out holds nothing of use. out has a size to
  // begin with, from 1 to limit_bytes + 1, which grows until it is enough: a good guess saves work.
  bool inflate(std::string_view data, size_t limit_bytes, TextBuffer& out);

 private:
  struct State;
  std::unique_ptr<State> state_;  // none before the first use
};

}  // namespace penstock::logs
