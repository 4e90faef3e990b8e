#include "core/logs/decode/fast_inflate.h"

#ifdef PENSTOCK_HAS_LIBDEFLATE

#include <libdeflate.h>

#include <cstdint>
#include <new>

namespace penstock::logs {

namespace {

// zlib verifies a header checksum; libdeflate skips it (RFC 1952, 2.3.1).
bool has_header_checksum(std::string_view data) {
  constexpr uint8_t kHeaderChecksum = 2;
  return data.size() > 3 && (static_cast<uint8_t>(data[3]) & kHeaderChecksum) != 0;
}

}  // namespace

struct FastInflate::State {
  State() : decompressor(libdeflate_alloc_decompressor()) {
    if (decompressor == nullptr) throw std::bad_alloc();
  }
  ~State() { libdeflate_free_decompressor(decompressor); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  libdeflate_decompressor* decompressor;
};

bool FastInflate::is_built_in() { return true; }

bool FastInflate::inflate(std::string_view data, size_t limit_bytes, TextBuffer& out) {
  if (state_ == nullptr) state_ = std::make_unique<State>();
  size_t read = 0;
  size_t written = 0;
  while (read < data.size() && data[read] == '\x1f') {
    const std::string_view rest = data.substr(read);
    if (has_header_checksum(rest)) return false;
    size_t member_bytes = 0;
    size_t text_bytes = 0;
    const libdeflate_result result =
        libdeflate_gzip_decompress_ex(state_->decompressor, rest.data(), rest.size(), out.data() + written,
                                      out.size() - written, &member_bytes, &text_bytes);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE && out.size() <= limit_bytes) {
      // The member is inflated again from its beginning: all the doublings together cost as much as inflating the
      // text once more. While out holds no earlier member, it is released first, so that the old and the new
      // memory are not held at the same time.
      const size_t larger = std::min(out.size() * 2, limit_bytes + 1);
      if (written == 0 && larger > out.capacity()) out.release();
      out.resize(larger);
    } else if (result == LIBDEFLATE_SUCCESS) {
      read = end_of_gzip_padding(data, read + member_bytes);
      written += text_bytes;
    } else {
      return false;
    }
  }
  out.resize(written);
  return read > 0 && written <= limit_bytes && read == data.size();
}

#else

namespace penstock::logs {

struct FastInflate::State {};

bool FastInflate::is_built_in() { return false; }
bool FastInflate::inflate(std::string_view, size_t, TextBuffer&) { return false; }

#endif

FastInflate::FastInflate() = default;
FastInflate::~FastInflate() = default;

}  // namespace penstock::logs
