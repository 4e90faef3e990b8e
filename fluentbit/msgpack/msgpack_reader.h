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
    if (read(token)) return true;
    at_ = from;
    return false;
  }

  // Reads a whole value with everything in it. Returns its bytes, or a null data() if next() would return false.
  std::string_view value();

  bool done() const { return at_ == end_; }
  const char* at() const { return at_; }

 private:
  size_t left() const { return static_cast<size_t>(end_ - at_); }
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
