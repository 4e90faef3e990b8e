#include "plugin/fluentbit/json_to_msgpack.h"

#define RAPIDJSON_NAMESPACE penstock_fluentbit_rapidjson
#define RAPIDJSON_NAMESPACE_BEGIN namespace penstock_fluentbit_rapidjson {
#define RAPIDJSON_NAMESPACE_END }
#ifdef __SSE2__
#define RAPIDJSON_SSE2
#endif
#include <rapidjson/reader.h>

#include <charconv>
#include <cstring>

#include "plugin/fluentbit/msgpack_writer.h"

namespace penstock::fluentbit {

namespace {

namespace json = penstock_fluentbit_rapidjson;

constexpr size_t kPadding = 16;  // with SSE2 the reader takes whole blocks of that size
constexpr unsigned kFlags = json::kParseInsituFlag | json::kParseIterativeFlag | json::kParseNumbersAsStringsFlag;

// How many bytes a value may become for each byte of its JSON: "1.5," becomes nine.
constexpr size_t kGrowth = 3;
// Of maps and arrays, while it is not known how many members they will have.
constexpr size_t kHeaderSize = 3;

// RapidJSON's handler: writes each value as it comes, and headers when their count is known.
class Handler {
 public:
  explicit Handler(char* at) : at_(at) {}

  char* end() const { return at_; }
  // Of the map that is the whole.
  size_t top_header_size() const { return top_header_size_; }
  size_t top_count() const { return top_count_; }

  bool Null() { return put(0xc0); }
  bool Bool(bool value) { return put(value ? 0xc3 : 0xc2); }
  bool RawNumber(const char* text, json::SizeType size, bool) {
    const char* const end = text + size;
    int64_t whole = 0;
    uint64_t large = 0;
    double real = 0;
    if (is(text, end, whole)) {
      at_ = msgpack::integer(at_, whole);
    } else if (is(text, end, large)) {
      at_ = msgpack::unsigned_integer(at_, large);
    } else if (is(text, end, real)) {
      at_ = msgpack::real(at_, real);
    } else {
      return String(text, size, true);  // too small for a double: nothing of it is lost as text
    }
    return depth_ > 0;
  }
  bool String(const char* text, json::SizeType size, bool) {
    at_ = msgpack::text_header(at_, size);
    std::memcpy(at_, text, size);
    at_ += size;
    return depth_ > 0;
  }
  bool Key(const char* text, json::SizeType size, bool copy) { return String(text, size, copy); }
  bool StartObject() { return begin(); }
  bool EndObject(json::SizeType count) { return end(count, 0xde, 0xdf); }
  bool StartArray() { return depth_ > 0 && begin(); }
  bool EndArray(json::SizeType count) { return end(count, 0xdc, 0xdd); }
  bool Int(int) { return false; }  // numbers come as text
  bool Uint(unsigned) { return false; }
  bool Int64(int64_t) { return false; }
  bool Uint64(uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  template <typename Number>
  static bool is(const char* text, const char* end, Number& value) {
    const auto [stop, error] = std::from_chars(text, end, value);
    return error == std::errc() && stop == end;
  }

  bool put(unsigned value) {
    at_ = msgpack::byte(at_, value);
    return depth_ > 0;
  }

  bool begin() {
    if (depth_ == JsonToMsgpack::kMaxDepth) return false;
    headers_[depth_++] = at_;
    at_ += kHeaderSize;
    return true;
  }

  bool end(size_t count, unsigned type16, unsigned type32) {
    char* const header = headers_[--depth_];
    size_t header_size = kHeaderSize;
    if (count <= 0xffff) {
      msgpack::big_endian(msgpack::byte(header, type16), static_cast<uint16_t>(count));
    } else {
      header_size = 5;
      std::memmove(header + header_size, header + kHeaderSize, static_cast<size_t>(at_ - header) - kHeaderSize);
      at_ += header_size - kHeaderSize;
      msgpack::big_endian(msgpack::byte(header, type32), static_cast<uint32_t>(count));
    }
    top_header_size_ = header_size;  // the last to end is the top
    top_count_ = count;
    return true;
  }

  char* at_;
  char* headers_[JsonToMsgpack::kMaxDepth];
  size_t depth_ = 0;
  size_t top_header_size_ = 0;
  size_t top_count_ = 0;
};

}  // namespace

bool JsonToMsgpack::convert(std::string_view json_object) {
  text_.reserve(json_object.size() + kPadding);
  text_.assign(json_object);
  text_.append(kPadding, '\0');
  const size_t needed = json_object.size() * kGrowth + kPadding;
  if (needed > made_capacity_) {
    made_ = std::make_unique_for_overwrite<char[]>(needed * 2);
    made_capacity_ = needed * 2;
  }
  Handler handler(made_.get());
  json::GenericInsituStringStream<json::UTF8<>> stream(text_.data());
  json::Reader reader;
  if (reader.Parse<kFlags>(stream, handler).IsError()) return false;
  if (stream.Tell() < json_object.size()) return false;  // a NUL byte ended it
  made_size_ = static_cast<size_t>(handler.end() - made_.get());
  header_size_ = handler.top_header_size();
  members_ = handler.top_count();
  return true;
}

bool JsonToMsgpack::append(std::string& out, std::string_view json_object) {
  if (!convert(json_object)) return false;
  out.append(made_.get(), made_size_);
  return true;
}

std::optional<size_t> JsonToMsgpack::append_members(std::string& out, std::string_view json_object) {
  if (!convert(json_object)) return std::nullopt;
  out.append(made_.get() + header_size_, made_size_ - header_size_);
  return members_;
}

}  // namespace penstock::fluentbit
