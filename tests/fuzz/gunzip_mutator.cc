// Most mutations of gzip data fail at the checksum. This mutator repairs the checksum of three in four of them, so
// that inflaters are also tested with unusual but valid data.
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

constexpr size_t kHeadBytes = 10;
constexpr size_t kTailBytes = 8;
constexpr size_t kMaxTextBytes = size_t{1} << 20;

void put_number(uint8_t* at, uLong number) {
  for (int index = 0; index < 4; ++index) at[index] = static_cast<uint8_t>(number >> (8 * index));
}

// If the first member is a complete deflate stream with a plain header, writes its checksum and size. Returns the
// size of the data.
size_t seal(uint8_t* data, size_t size, size_t max_size) {
  if (size < kHeadBytes || data[0] != 0x1F || data[1] != 0x8B || data[2] != 8 || data[3] != 0) return size;
  static std::string text(kMaxTextBytes, '\0');
  z_stream z = {};
  if (inflateInit2(&z, -15) != Z_OK) return size;
  z.next_in = data + kHeadBytes;
  z.avail_in = static_cast<uInt>(size - kHeadBytes);
  z.next_out = reinterpret_cast<Bytef*>(text.data());
  z.avail_out = static_cast<uInt>(text.size());
  const bool is_whole = inflate(&z, Z_FINISH) == Z_STREAM_END;
  const size_t end = kHeadBytes + z.total_in;
  const uLong text_size = z.total_out;
  inflateEnd(&z);
  if (!is_whole || end + kTailBytes > max_size) return size;
  put_number(data + end, crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text_size)));
  put_number(data + end + 4, text_size);
  return std::max(size, end + kTailBytes);
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  const size_t changed = LLVMFuzzerMutate(data, size, max_size);
  return seed % 4 == 0 ? changed : seal(data, changed, max_size);
}
