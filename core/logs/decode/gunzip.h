// Inflating gzip data of unknown origin.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/status.h"
#include "base/text_buffer.h"
#include "core/logs/decode/fast_inflate.h"

namespace penstock::logs {

// By which library. They differ in nothing but speed for what any compressor writes: of what libdeflate does not
// take at once, zlib has the say. Of streams made by hand libdeflate takes some
// codes that zlib refuses, where the checksum holds.
enum class Inflater { zlib, libdeflate };

inline Inflater fastest_inflater() { return FastInflate::is_built_in() ? Inflater::libdeflate : Inflater::zlib; }

// Keeps its state between calls, so that a record costs no allocation.
class Gunzip {
 public:
  explicit Gunzip(Inflater inflater = fastest_inflater());
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  static bool looks_like_gzip(std::string_view data) {
    return data.size() >= 2 && data[0] == '\x1f' && data[1] == '\x8b';
  }

  // Replaces out by the inflated members of data, concatenated. Zero bytes and line endings between members and
  // after the last are padding. Code::too_large past limit_bytes; Code::invalid where data is cut, damaged or
  // followed by something else: out then holds the members before that. The memory of out grows to twice the text
  // at most, or to 64 times data where that is more, and never past limit_bytes + 1.
  Status inflate(std::string_view data, size_t limit_bytes, TextBuffer& out);

 private:
  struct Stream;

  Status inflate_by_zlib(std::string_view data, size_t limit_bytes, TextBuffer& out);

  const Inflater inflater_;
  FastInflate fast_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace penstock::logs
