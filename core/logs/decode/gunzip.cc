#include "core/logs/decode/gunzip.h"

#include <zlib.h>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <new>
#include <string>

#include "base/text.h"

namespace penstock::logs {

namespace {

constexpr int kWindowBits = 15 + 16;  // the largest window; gzip only, neither zlib nor raw deflate streams
constexpr size_t kLikelyRatio = 64;   // a higher ratio than log text reaches

// Returns the size to start with. The last four bytes of a gzip member hold its inflated size modulo 2^32 (RFC
// 1952, 2.3.1). They may be wrong or padding, so the guess stays within a likely ratio and the limit.
size_t first_guess(std::string_view data, size_t limit_bytes) {
  uint32_t stated_size = 0;
  for (size_t index = 0; index < 4 && index < data.size(); ++index)
    stated_size = stated_size << 8 | static_cast<uint8_t>(data[data.size() - 1 - index]);
  const size_t likely = data.size() > SIZE_MAX / kLikelyRatio ? SIZE_MAX : data.size() * kLikelyRatio;
  return std::min({std::max<size_t>(stated_size, data.size()), likely, limit_bytes});
}

Status damaged(std::string_view data, const std::string& what) {
  return {Code::invalid, "PS0700", "invalid gzip data: " + what + " (" + std::to_string(data.size()) + " bytes)"};
}

}  // namespace

struct Gunzip::Stream {
  Stream() {
    if (inflateInit2(&z, kWindowBits) != Z_OK) throw std::bad_alloc();
  }
  ~Stream() { inflateEnd(&z); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  z_stream z = {};
};

Gunzip::Gunzip(Inflater inflater) : inflater_(inflater), stream_(std::make_unique<Stream>()) {}
Gunzip::~Gunzip() = default;

Status Gunzip::inflate(std::string_view data, size_t limit_bytes, TextBuffer& out) {
  out.resize(0);
  // One byte more than the limit distinguishes too much text from just enough.
  out.resize(first_guess(data, limit_bytes) + 1);
  if (inflater_ == Inflater::libdeflate && fast_.inflate(data, limit_bytes, out)) return {};
  return inflate_by_zlib(data, limit_bytes, out);
}

// REQUIRES: out is not empty.
Status Gunzip::inflate_by_zlib(std::string_view data, size_t limit_bytes, TextBuffer& out) {
  z_stream& z = stream_->z;
  // zlib only reads the input, but its old interface is not const-correct.
  auto* const input = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  size_t read = 0;
  size_t written = 0;
  size_t complete_bytes = 0;  // bytes of out that came from complete members

  const auto fail = [&](Status status) {
    out.resize(complete_bytes);
    return status;
  };

  while (true) {
    inflateReset(&z);
    for (int result = Z_OK; result != Z_STREAM_END;) {
      if (written == out.size()) out.resize(std::min(out.size() * 2, limit_bytes + 1));
      const auto room = static_cast<uInt>(std::min<size_t>(out.size() - written, UINT_MAX));
      const auto given = static_cast<uInt>(std::min<size_t>(data.size() - read, UINT_MAX));
      z.next_in = input + read;
      z.avail_in = given;
      z.next_out = reinterpret_cast<Bytef*>(out.data() + written);
      z.avail_out = room;
      result = ::inflate(&z, Z_NO_FLUSH);
      read += given - z.avail_in;
      written += room - z.avail_out;
      if (written > limit_bytes)
        return fail({Code::too_large, "PS0701",
                     "the record is larger than inflate_limit once it is inflated; raise the limit (limit " +
                         std::to_string(limit_bytes) + " bytes, " + std::to_string(data.size()) + " compressed)"});
      if (result == Z_MEM_ERROR) throw std::bad_alloc();
      if (result == Z_BUF_ERROR || (result == Z_OK && read == data.size() && z.avail_out > 0))
        return fail(damaged(data, "it is truncated"));
      if (result != Z_OK && result != Z_STREAM_END)
        return fail(damaged(data, "it is damaged near byte " + std::to_string(read) + ": " +
                                      (z.msg != nullptr ? z.msg : zError(result))));
    }
    complete_bytes = written;
    read = end_of_gzip_padding(data, read);
    const std::string_view rest = data.substr(read);
    if (looks_like_gzip(rest)) continue;
    out.resize(written);
    if (rest.empty()) return {};
    return damaged(data, "other data follows its last member: '" + printable(rest, 40) + "', " +
                             std::to_string(rest.size()) + " bytes");
  }
}

}  // namespace penstock::logs
