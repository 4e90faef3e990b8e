// Appends values in msgpack (https://github.com/msgpack/msgpack/blob/master/spec.md), each in its shortest form.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

// Functions that write at a position and return the position after what they wrote. For strings of up to 4 GiB.
// REQUIRES: there is enough room.
namespace penstock::fluentbit::msgpack {

inline char* byte(char* at, unsigned value) {
  *at = static_cast<char>(value);
  return at + 1;
}

template <typename Unsigned>
char* big_endian(char* at, Unsigned value) {
  static_assert(std::endian::native == std::endian::little);
  if constexpr (sizeof value == 8) value = __builtin_bswap64(value);
  if constexpr (sizeof value == 4) value = __builtin_bswap32(value);
  if constexpr (sizeof value == 2) value = __builtin_bswap16(value);
  std::memcpy(at, &value, sizeof value);
  return at + sizeof value;
}

// Writes a type with a count in its shortest form: fix up to fix_most, then with 8 (if type8 is not 0), 16 or 32
// bits.
inline char* counted(char* at, size_t count, unsigned fix, size_t fix_most, unsigned type8, unsigned type16,
                     unsigned type32) {
  if (count <= fix_most) return byte(at, fix | static_cast<unsigned>(count));
  if (type8 != 0 && count <= 0xff) return byte(byte(at, type8), static_cast<unsigned>(count));
  if (count <= 0xffff) return big_endian(byte(at, type16), static_cast<uint16_t>(count));
  return big_endian(byte(at, type32), static_cast<uint32_t>(count));
}

inline char* text_header(char* at, size_t size) { return counted(at, size, 0xa0, 31, 0xd9, 0xda, 0xdb); }

inline char* binary_header(char* at, size_t size) {
  if (size <= 0xff) return byte(byte(at, 0xc4), static_cast<unsigned>(size));
  return counted(at, size, 0, 0, 0, 0xc5, 0xc6);
}

inline char* array_header(char* at, size_t count) { return counted(at, count, 0x90, 15, 0, 0xdc, 0xdd); }

inline char* map_header(char* at, size_t count) { return counted(at, count, 0x80, 15, 0, 0xde, 0xdf); }

inline char* unsigned_integer(char* at, uint64_t value) {
  if (value <= 0x7f) return byte(at, static_cast<unsigned>(value));
  if (value <= 0xff) return byte(byte(at, 0xcc), static_cast<unsigned>(value));
  if (value <= 0xffff) return big_endian(byte(at, 0xcd), static_cast<uint16_t>(value));
  if (value <= 0xffffffff) return big_endian(byte(at, 0xce), static_cast<uint32_t>(value));
  return big_endian(byte(at, 0xcf), value);
}

inline char* integer(char* at, int64_t value) {
  if (value >= 0) return unsigned_integer(at, static_cast<uint64_t>(value));
  if (value >= -32) return byte(at, static_cast<unsigned>(value) & 0xff);
  if (value >= INT8_MIN) return byte(byte(at, 0xd0), static_cast<unsigned>(value) & 0xff);
  if (value >= INT16_MIN) return big_endian(byte(at, 0xd1), static_cast<uint16_t>(value));
  if (value >= INT32_MIN) return big_endian(byte(at, 0xd2), static_cast<uint32_t>(value));
  return big_endian(byte(at, 0xd3), static_cast<uint64_t>(value));
}

inline char* real(char* at, double value) { return big_endian(byte(at, 0xcb), std::bit_cast<uint64_t>(value)); }

}  // namespace penstock::fluentbit::msgpack

namespace penstock::fluentbit {

class MsgpackWriter {
 public:
  // Appends to out, which must outlive this.
  explicit MsgpackWriter(std::string& out) : out_(out) {}

  void nil() { out_ += '\xc0'; }
  void boolean(bool value) { out_ += value ? '\xc3' : '\xc2'; }
  void integer(int64_t value) {
    put([&](char* at) { return msgpack::integer(at, value); });
  }
  void unsigned_integer(uint64_t value) {
    put([&](char* at) { return msgpack::unsigned_integer(at, value); });
  }
  void real(double value) {
    put([&](char* at) { return msgpack::real(at, value); });
  }
  void text(std::string_view value) {
    put([&](char* at) { return msgpack::text_header(at, value.size()); });
    out_ += value;
  }
  void binary(std::string_view value) {
    put([&](char* at) { return msgpack::binary_header(at, value.size()); });
    out_ += value;
  }
  void array(size_t count) {
    put([&](char* at) { return msgpack::array_header(at, count); });
  }
  void map(size_t count) {
    put([&](char* at) { return msgpack::map_header(at, count); });
  }
  // Appends Fluent Bit's EventTime: ext type 0 with seconds and nanoseconds. Clamps times to 1970 to 2038: agents
  // before 5.1.1 take a time of 2^31 seconds or more for the marker of a group, and drop the event.
  void event_time(int64_t time_ms) {
    constexpr int64_t kMaxMs = INT64_C(0x7fffffff) * 1000 + 999;
    const int64_t ms = time_ms < 0 ? 0 : time_ms > kMaxMs ? kMaxMs : time_ms;
    const int64_t seconds = ms / 1000;
    const int64_t nanoseconds = ms % 1000 * 1'000'000;
    put([&](char* at) {
      at = msgpack::byte(msgpack::byte(at, 0xd7), 0);
      return msgpack::big_endian(msgpack::big_endian(at, static_cast<uint32_t>(seconds)),
                                 static_cast<uint32_t>(nanoseconds));
    });
  }
  // Appends one or more values that are already msgpack.
  void raw(std::string_view value) { out_ += value; }

 private:
  template <typename Write>
  void put(Write write) {
    char bytes[16];
    out_.append(bytes, static_cast<size_t>(write(bytes) - bytes));
  }

  std::string& out_;
};

}  // namespace penstock::fluentbit
