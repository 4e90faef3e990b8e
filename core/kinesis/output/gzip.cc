#include "core/kinesis/output/gzip.h"

#include <zlib.h>

#include <cassert>
#include <new>

namespace penstock::kinesis {

struct Gzip::Stream {
  z_stream z = {};
};

Gzip::Gzip() : stream_(std::make_unique<Stream>()) {
  constexpr int kGzipWindow = 15 + 16;  // largest window, with a gzip header
  constexpr int kMemory = 8;            // zlib's own default
  if (deflateInit2(&stream_->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    throw std::bad_alloc();
}

Gzip::~Gzip() { deflateEnd(&stream_->z); }

void Gzip::append(std::string& out, std::string_view data) {
  z_stream& z = stream_->z;
  const size_t start = out.size();
  out.resize(start + deflateBound(&z, data.size()));
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));  // zlib only reads it
  z.avail_in = static_cast<uInt>(data.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data() + start);
  z.avail_out = static_cast<uInt>(out.size() - start);
  [[maybe_unused]] const int result = deflate(&z, Z_FINISH);
  assert(result == Z_STREAM_END);  // out has room for the worst case
  out.resize(out.size() - z.avail_out);
  deflateReset(&z);
}

}  // namespace penstock::kinesis
