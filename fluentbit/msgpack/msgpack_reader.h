// Reads msgpack value by value, never past the end and never recursively.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace penstock::fluentbit {

struct MsgpackToken {
  enum class Kind { nil, boolean, integer, unsigned_integer, real, text, binary, ext, array, map };
  Kind kind = Kind::nil;
  bool boolean = false;
  bool single = false;  // of real: has the precision of a float
  int8_t ext_type = 0;
  int64_t integer = 0;            // below 0 if kind is integer
  uint64_t unsigned_integer = 0;  // every integer from 0 on
  double real = 0;
  std::string_view bytes;  // of text, binary, ext; views of the input
  size_t count = 0;        // of array: values; of map: pairs; they come next
};

class MsgpackReader {
 public:
  // bytes must outlive the reader and its tokens.
  explicit MsgpackReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  // Reads a value, or the header of an array or a map. Returns false, without moving, at the end or at a truncated
  // or malformed value.
  bool next(MsgpackToken& token) {
    const char* const from = at_;
    if (read_short(token) || read(token)) return true;
    at_ = from;
    return false;
  }

  // Reads a whole value with everything in it. Returns its bytes, or a null data() if next() would return false.
  std::string_view value();

  bool done() const { return at_ == end_; }
  const char* at() const { return at_; }
  std::string_view rest() const { return {at_, left()}; }
  // REQUIRES: bytes <= rest().size().
  void skip(size_t bytes) { at_ += bytes; }

 private:
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  // Reads what most values of log events are: text; maps and arrays of up to 15; and maps with the large count
  // that the agent writes. Returns false, without moving, for all others.
  bool read_short(MsgpackToken& token) {
    if (left() < 2) return false;
    const auto type = static_cast<uint8_t>(*at_);
    if (type >= 0x80 && type < 0xa0) return read_short_header(token, type < 0x90, type & 0x0f, at_ + 1);
    if (type == 0xdf) return left() >= 5 && read_short_header(token, true, big_endian(at_ + 1, 4), at_ + 5);
    const char* text = at_ + 1;
    size_t size = type & 0x1f;
    if (type >= 0xd9 && type <= 0xdb) {
      const size_t size_bytes = size_t{1} << (type - 0xd9);
      if (left() <= size_bytes) return false;
      size = big_endian(text, size_bytes);
      text += size_bytes;
    } else if (type < 0xa0 || type >= 0xc0) {
      return false;
    }
    if (static_cast<size_t>(end_ - text) < size) return false;
    token.kind = MsgpackToken::Kind::text;
    token.bytes = {text, size};
    at_ = text + size;
    return true;
  }
  bool read_short_header(MsgpackToken& token, bool is_map, size_t count, const char* after) {
    if (static_cast<size_t>(end_ - after) < (is_map ? 2 * count : count)) return false;
    token.kind = is_map ? MsgpackToken::Kind::map : MsgpackToken::Kind::array;
    token.count = count;
    at_ = after;
    return true;
  }
  static size_t big_endian(const char* at, size_t size) {
    size_t number = 0;
    for (size_t index = 0; index < size; ++index) number = number << 8 | static_cast<uint8_t>(at[index]);
    return number;
  }
  bool read(MsgpackToken& token);
  template <typename Number>
  bool number(Number& value);
  template <typename Number>
  bool unsigned_integer(MsgpackToken& token);
  template <typename Bits>
  bool integer(MsgpackToken& token);
  template <typename Bits, typename Real>
  bool real(MsgpackToken& token);
  template <typename Count>
  bool counted(MsgpackToken& token, MsgpackToken::Kind kind);
  bool run(MsgpackToken& token, MsgpackToken::Kind kind, size_t size);
  bool ext(MsgpackToken& token, size_t size);
  bool many(MsgpackToken& token, MsgpackToken::Kind kind, size_t count);

  const char* at_;
  const char* end_;
};

}  // namespace penstock::fluentbit
