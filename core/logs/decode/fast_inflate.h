// Inflates a whole buffer of gzip data with libdeflate, nearly three times as fast as zlib.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>

#include "base/text_buffer.h"

namespace penstock::logs {

// Returns the end of the padding at `at`. Padding may follow a gzip member: zero bytes, or line endings if a
// writer put each member on a line.
inline size_t end_of_gzip_padding(std::string_view data, size_t at) {
  return std::min(data.find_first_not_of(std::string_view("\0\r\n", 3), at), data.size());
}

// The fast path only. It leaves anything that is not plainly valid to zlib, which reports what is wrong.
class FastInflate {
 public:
  // Returns whether libdeflate is built in. Without it, inflate() always returns false.
  static bool is_built_in();

  FastInflate();
  ~FastInflate();
  FastInflate(const FastInflate&) = delete;
  FastInflate& operator=(const FastInflate&) = delete;

  // Replaces out with the inflated members of data. Returns false, with unspecified contents in out, unless all
  // members are complete, only padding follows them, and together they inflate to at most limit_bytes. REQUIRES:
  // out.size() is from 1 to limit_bytes + 1. out grows from that size as needed; a good first guess saves work.
  bool inflate(std::string_view data, size_t limit_bytes, TextBuffer& out);

 private:
  struct State;
  std::unique_ptr<State> state_;  // null before the first use
};

}  // namespace penstock::logs
