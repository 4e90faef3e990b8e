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

 private:
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  // Reads what most values of log events are: text of up to 255 bytes, and maps and arrays of up to 15. Returns
  // false, without moving, for all others.
  bool read_short(MsgpackToken& token) {
    if (left() < 2) return false;
    const auto type = static_cast<uint8_t>(*at_);
    if (type >= 0x80 && type < 0xa0) {
      const bool is_map = type < 0x90;
      const size_t count = type & 0x0f;
      if (left() - 1 < (is_map ? 2 * count : count)) return false;
      token.kind = is_map ? MsgpackToken::Kind::map : MsgpackToken::Kind::array;
      token.count = count;
      ++at_;
      return true;
    }
    const bool has_size_byte = type == 0xd9;
    if (!has_size_byte && (type < 0xa0 || type >= 0xc0)) return false;
    const size_t size = has_size_byte ? static_cast<uint8_t>(at_[1]) : type & 0x1f;
    const char* const text = at_ + (has_size_byte ? 2 : 1);
    if (static_cast<size_t>(end_ - text) < size) return false;
    token.kind = MsgpackToken::Kind::text;
    token.bytes = {text, size};
    at_ = text + size;
    return true;
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
