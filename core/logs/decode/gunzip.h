// Inflates gzip data of unknown origin.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/status.h"
#include "base/text_buffer.h"
#include "core/logs/decode/fast_inflate.h"

namespace penstock::logs {

// The library that inflates. Both give the same result for the output of any compressor, because zlib gets
// everything that libdeflate does not accept. libdeflate accepts some codes of handcrafted streams that zlib
// rejects, if the checksum is correct.
enum class Inflater { zlib, libdeflate };

inline Inflater fastest_inflater() { return FastInflate::is_built_in() ? Inflater::libdeflate : Inflater::zlib; }

// A gzip decoder that keeps its state between calls, so that a record costs no allocation.
class Gunzip {
 public:
  explicit Gunzip(Inflater inflater = fastest_inflater());
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  static bool looks_like_gzip(std::string_view data) {
    return data.size() >= 2 && data[0] == '\x1f' && data[1] == '\x8b';
  }

  // Replaces out with the inflated members of data, concatenated. Zero bytes and line endings after a member are
  // padding. Returns Code::too_large if the text exceeds limit_bytes. Returns Code::invalid if data is truncated,
  // damaged, or followed by something else; out then holds the members before that. The memory of out grows to at
  // most twice the text, or to 64 times data if that is more, and never beyond limit_bytes + 1.
  Status inflate(std::string_view data, size_t limit_bytes, TextBuffer& out);

 private:
  struct Stream;

  Status inflate_by_zlib(std::string_view data, size_t limit_bytes, TextBuffer& out);

  const Inflater inflater_;
  FastInflate fast_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace penstock::logs
