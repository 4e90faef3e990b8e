#include "fluentbit/msgpack/json_to_msgpack.h"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "base/text.h"
#include "base/utf8.h"
#include "fluentbit/msgpack/json_text.h"
#include "fluentbit/msgpack/msgpack_writer.h"

namespace penstock::fluentbit {

namespace {

constexpr size_t kMaxMapDepth = JsonToMsgpack::kMaxMapDepth;
constexpr size_t kMaxDepth = JsonToMsgpack::kMaxDepth;

// A text of up to this size is copied as a whole block, which is faster than copying its exact size.
constexpr size_t kBlock = 32;

// Header bytes of a text, a map or an array, at most.
constexpr size_t kMaxHeader = 5;

// Returns the largest size of msgpack during conversion: "1e1," becomes nine bytes.
constexpr size_t bound(size_t json_size) { return 3 * json_size + kBlock + kMaxHeader; }

// A parser that reads a document once, front to back, and writes each value as it comes. The header of a map or an
// array is one byte until its count is known.
class Parser {
 public:
  // REQUIRES: made has bound() bytes.
  Parser(std::string_view json, char* made) : at_(json.data()), end_(json.data() + json.size()), out_(made) {}

  bool document();
  const char* out() const { return out_; }
  size_t members() const { return open_[0].count; }

 private:
  // Returns NUL at the end, which is invalid everywhere outside a string.
  char peek() const { return at_ < end_ ? *at_ : '\0'; }

  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  char skip_blanks() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') ++at_;
    return peek();
  }

  bool begin(bool map);
  void end();
  bool text();
  bool text_with_escapes(const char* plain_end);
  bool escape();
  bool code_unit(uint32_t& unit);
  bool code_point();
  bool number();
  bool digits();
  bool literal(std::string_view word, unsigned type);
  void put_text(const char* text, size_t size);

  const char* at_;
  const char* const end_;
  char* out_;
  size_t depth_ = 0;
  std::bitset<kMaxDepth> maps_;  // bit per open level: a map, or else an array
  // For each open map or array: the position of its header, and the number of its members. The last entry is for
  // everything that is too deep for a map.
  struct Open {
    char* header;
    uint32_t count;
  };
  std::array<Open, kMaxMapDepth + 1> open_;
  const char* deep_ = nullptr;  // where the too-deep value begins in the JSON
};

bool Parser::document() {
  if (skip_blanks() != '{' || !begin(true)) return false;
  bool first = true;
  while (depth_ > 0) {
    const bool map = maps_[depth_ - 1];
    char c = skip_blanks();
    if (c == (map ? '}' : ']')) {
      ++at_;
      end();
      first = false;
      continue;
    }
    if (!first) {
      if (!take(',')) return false;
      c = skip_blanks();
    }
    if (map) {
      if (!take('"') || !text()) return false;
      skip_blanks();
      if (!take(':')) return false;
      c = skip_blanks();
    }
    ++open_[std::min(depth_ - 1, kMaxMapDepth)].count;
    first = false;
    bool good = false;
    switch (c) {
      case '"':
        ++at_;
        good = text();
        break;
      case '{':
      case '[':
        good = begin(c == '{');
        first = true;
        break;
      case 'n':
        good = literal("null", 0xc0);
        break;
      case 'f':
        good = literal("false", 0xc2);
        break;
      case 't':
        good = literal("true", 0xc3);
        break;
      default:
        good = number();
    }
    if (!good) return false;
  }
  skip_blanks();
  return at_ == end_;
}

bool Parser::begin(bool map) {
  if (depth_ == kMaxDepth) return false;
  if (depth_ == kMaxMapDepth) deep_ = at_;
  if (depth_ <= kMaxMapDepth) open_[depth_] = {out_, 0};
  ++at_;
  if (depth_ > 0) ++out_;
  maps_[depth_++] = map;
  return true;
}

void Parser::end() {
  --depth_;
  if (depth_ == 0 || depth_ > kMaxMapDepth) return;
  const Open& open = open_[depth_];
  if (depth_ == kMaxMapDepth) {
    // Replaces what was written of it with its JSON text.
    out_ = open.header;
    put_text(deep_, static_cast<size_t>(at_ - deep_));
    return;
  }
  char header[kMaxHeader];
  const char* const header_end =
      maps_[depth_] ? msgpack::map_header(header, open.count) : msgpack::array_header(header, open.count);
  const auto more = static_cast<size_t>(header_end - header) - 1;
  if (more > 0) {
    char* const members = open.header + 1;
    std::memmove(members + more, members, static_cast<size_t>(out_ - members));
    out_ += more;
  }
  std::memcpy(open.header, header, more + 1);
}

void Parser::put_text(const char* text, size_t size) {
  out_ = msgpack::text_header(out_, size);
  if (size <= kBlock && static_cast<size_t>(end_ - text) >= kBlock)
    std::memcpy(out_, text, kBlock);
  else
    std::memcpy(out_, text, size);
  out_ += size;
}

// Reads the rest of a string. REQUIRES: at_ is after the opening quote.
bool Parser::text() {
  const char* const plain_end = json_text::end_of_plain(at_, end_);
  if (plain_end == end_) return false;
  if (*plain_end != '"') return text_with_escapes(plain_end);
  put_text(at_, static_cast<size_t>(plain_end - at_));
  at_ = plain_end + 1;
  return true;
}

bool Parser::text_with_escapes(const char* plain_end) {
  char* const header = out_;
  out_ += kMaxHeader;
  char* const from = out_;
  for (;; plain_end = json_text::end_of_plain(at_, end_)) {
    const auto plain = static_cast<size_t>(plain_end - at_);
    std::memcpy(out_, at_, plain);
    out_ += plain;
    at_ = plain_end;
    if (take('"')) break;
    if (take('\\')) {
      if (!escape()) return false;
      continue;
    }
    while (at_ < end_ && static_cast<uint8_t>(*at_) >= 0x80) {
      const Utf8Step step = utf8_step(at_, end_);
      if (!step.valid) return false;
      std::memcpy(out_, at_, step.size);
      out_ += step.size;
      at_ += step.size;
    }
    if (at_ == end_ || static_cast<uint8_t>(*at_) < 0x20) return false;
  }
  const auto size = static_cast<size_t>(out_ - from);
  char* const text_at = msgpack::text_header(header, size);
  std::memmove(text_at, from, size);
  out_ = text_at + size;
  return true;
}

bool Parser::escape() {
  if (at_ == end_) return false;
  const char c = *at_++;
  switch (c) {
    case '"':
    case '\\':
    case '/':
      *out_++ = c;
      return true;
    case 'b':
      *out_++ = '\b';
      return true;
    case 'f':
      *out_++ = '\f';
      return true;
    case 'n':
      *out_++ = '\n';
      return true;
    case 'r':
      *out_++ = '\r';
      return true;
    case 't':
      *out_++ = '\t';
      return true;
    case 'u':
      return code_point();
    default:
      return false;
  }
}

bool Parser::code_unit(uint32_t& unit) {
  if (end_ - at_ < 4) return false;
  const auto [stop, error] = std::from_chars(at_, at_ + 4, unit, 16);
  if (error != std::errc() || stop != at_ + 4) return false;
  at_ += 4;
  return true;
}

// Reads the digits of a \u escape. A lone surrogate becomes U+FFFD.
bool Parser::code_point() {
  uint32_t code = 0;
  if (!code_unit(code)) return false;
  if (code >= 0xd800 && code < 0xe000) {
    const bool high = code < 0xdc00;
    const char* const after = at_;
    uint32_t low = 0;
    if (high && take('\\') && take('u') && code_unit(low) && low >= 0xdc00 && low < 0xe000) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else {
      at_ = after;
      code = 0xfffd;
    }
  }
  out_ = put_utf8(out_, code);
  return true;
}

bool Parser::digits() {
  const char* const from = at_;
  while (is_digit(peek())) ++at_;
  return at_ != from;
}

bool Parser::number() {
  const char* const from = at_;
  const bool negative = take('-');
  if (!take('0') && !digits()) return false;
  bool whole = true;
  if (take('.')) {
    whole = false;
    if (!digits()) return false;
  }
  if (take('e') || take('E')) {
    whole = false;
    if (!take('+')) take('-');
    if (!digits()) return false;
  }
  const auto is = [&](auto& value) { return std::from_chars(from, at_, value).ec == std::errc(); };
  uint64_t large = 0;
  int64_t small = 0;
  double real = 0;
  if (whole && !negative && is(large))
    out_ = msgpack::unsigned_integer(out_, large);
  else if (whole && negative && is(small))
    out_ = msgpack::integer(out_, small);
  else if (is(real))
    out_ = msgpack::real(out_, real);
  else
    put_text(from, static_cast<size_t>(at_ - from));
  return true;
}

bool Parser::literal(std::string_view word, unsigned type) {
  if (static_cast<size_t>(end_ - at_) < word.size() || std::memcmp(at_, word.data(), word.size()) != 0)
    return false;
  at_ += word.size();
  out_ = msgpack::byte(out_, type);
  return true;
}

}  // namespace

std::optional<JsonToMsgpack::Made> JsonToMsgpack::convert(std::string_view json_object) {
  const size_t needed = kMaxHeader + bound(json_object.size());
  if (needed > buffer_size_) {
    buffer_size_ = 0;
    buffer_ = std::make_unique_for_overwrite<char[]>(std::bit_ceil(needed));
    buffer_size_ = std::bit_ceil(needed);
  }
  char* const members = buffer_.get() + kMaxHeader;
  Parser parser(json_object, members);
  if (!parser.document()) return std::nullopt;
  return Made{{members, static_cast<size_t>(parser.out() - members)}, parser.members()};
}

bool JsonToMsgpack::append(std::string& out, std::string_view json_object) {
  const std::optional<Made> made = convert(json_object);
  if (!made) return false;
  char header[kMaxHeader];
  const auto header_size = static_cast<size_t>(msgpack::map_header(header, made->count) - header);
  char* const map = buffer_.get() + kMaxHeader - header_size;
  std::memcpy(map, header, header_size);
  out.append(map, header_size + made->members.size());
  return true;
}

std::optional<size_t> JsonToMsgpack::append_members(std::string& out, std::string_view json_object) {
  const std::optional<Made> made = convert(json_object);
  if (!made) return std::nullopt;
  out += made->members;
  return made->count;
}

}  // namespace penstock::fluentbit
