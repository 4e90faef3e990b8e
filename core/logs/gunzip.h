// Inflating gzip data of unknown origin.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace penstock {

// Keeps its state between calls, so that a record costs no allocation.
class Gunzip {
 public:
  Gunzip();
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  static bool looks_like_gzip(std::string_view data) {
    return data.size() >= 2 && data[0] == '\x1f' && data[1] == '\x8b';
  }

  // Replaces out by the inflated members of data, one behind the other; zero bytes after the last are padding.
  // Code::too_large past limit_bytes; Code::invalid where data is cut, damaged or followed by something else:
  // out then holds the members before that. out grows to what it needs at most and never shrinks its capacity.
  Status inflate(std::string_view data, size_t limit_bytes, std::string& out);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace penstock
