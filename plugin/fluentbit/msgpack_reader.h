// Reads msgpack value by value, never past its end and never by recursion.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace penstock::fluentbit {

struct MsgpackToken {
  enum class Kind { nil, boolean, integer, unsigned_integer, real, text, binary, ext, array, map };
  Kind kind = Kind::nil;
  bool boolean = false;
  int64_t integer = 0;            // below 0 where kind is integer
  uint64_t unsigned_integer = 0;  // every integer from 0 on
  double real = 0;
  std::string_view bytes;  // of text, binary, ext; point into what is read
  int8_t ext_type = 0;
  size_t count = 0;  // of array: values; of map: pairs; they come next
};

class MsgpackReader {
 public:
  explicit MsgpackReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  // false: at the end, or what is there is cut or no msgpack; nothing is read then.
  bool next(MsgpackToken& token);
  // Reads a whole value with all in it. Its bytes; empty with a null data(): as next()'s false.
  std::string_view value();

  bool done() const { return at_ == end_; }
  const char* at() const { return at_; }

 private:
  const char* at_;
  const char* end_;
};

}  // namespace penstock::fluentbit
