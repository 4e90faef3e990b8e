#include "fluentbit/msgpack/json_to_msgpack.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "base/block.h"
#include "base/text.h"
#include "base/utf8.h"
#include "fluentbit/msgpack/msgpack_writer.h"

namespace penstock::fluentbit {

namespace {

constexpr size_t kMaxMapDepth = JsonToMsgpack::kMaxMapDepth;
constexpr size_t kMaxDepth = JsonToMsgpack::kMaxDepth;

// Text is copied in whole blocks, which is faster than copying its exact size.
constexpr size_t kCopiedBytes = 2 * kBlockBytes;

// Header bytes of a text, a map or an array, at most.
constexpr size_t kMaxHeader = 5;

// Returns the largest size of msgpack during conversion: "1e1," becomes nine bytes.
constexpr size_t bound(size_t json_size) { return 3 * json_size + kCopiedBytes + kMaxHeader; }

// A number whose digits are an integer of up to this many digits, and its power of ten, are exact as doubles, so
// that their quotient is the nearest double.
constexpr size_t kMaxExactDigits = 15;
constexpr std::array<double, kMaxExactDigits + 1> kPowersOfTen = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                                  1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

// Returns bits of the bytes that do not represent themselves in a JSON string: control characters, " and \, and,
// as negative numbers, those beyond ASCII.
uint32_t special_in(Block bytes) {
  return bits_of((reinterpret_cast<BlockMask>(bytes) < 0x20) | (bytes == '"') | (bytes == '\\'));
}

// A parser that reads a document once, front to back, and writes each value as it comes. The header of a map or an
// array is one byte until its count is known.
class Parser {
 public:
  // REQUIRES: kCopiedBytes NUL bytes follow json; made has bound() bytes.
  Parser(std::string_view json, char* made) : at_(json.data()), end_(json.data() + json.size()), out_(made) {}

  bool document();
  const char* out() const { return out_; }
  size_t members() const { return open_[0].count; }

 private:
  // Returns NUL at the end, which is invalid everywhere.
  char peek() const { return *at_; }

  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  char skip_blanks() {
    if (peek() > ' ') return peek();
    while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') ++at_;
    return peek();
  }

  bool begin(bool map);
  void end();
  bool text();
  bool long_text();
  bool text_with_escapes(const char* plain_end);
  const char* end_of_plain(const char* from) const;
  bool escape();
  bool code_unit(uint32_t& unit);
  bool code_point();
  bool number();
  bool long_number(std::string_view number, bool whole);
  bool digits(uint64_t& value);
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
  constexpr uint32_t kMaxInOneByte = 15;
  if (open.count <= kMaxInOneByte) {
    msgpack::byte(open.header, (maps_[depth_] ? 0x80 : 0x90) | open.count);
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
  std::memcpy(out_, text, size);
  out_ += size;
}

// Reads the rest of a string. REQUIRES: at_ is after the opening quote.
inline bool Parser::text() {
  const Block first = load_block(at_);
  const Block second = load_block(at_ + kBlockBytes);
  const uint32_t special = special_in(first) | special_in(second) << kBlockBytes;
  if (special == 0) return long_text();
  const size_t size = first_of(special);
  if (at_[size] != '"') return text_with_escapes(at_ + size);
  static_assert(kCopiedBytes <= 32);  // a header of one byte is enough
  char* const text_at = msgpack::byte(out_, 0xa0 | static_cast<unsigned>(size));
  store_block(text_at, first);
  store_block(text_at + kBlockBytes, second);
  out_ = text_at + size;
  at_ += size + 1;
  return true;
}

// The same for a string of at least kCopiedBytes that are plain.
bool Parser::long_text() {
  const char* const plain_end = end_of_plain(at_ + kCopiedBytes);
  if (*plain_end != '"') return text_with_escapes(plain_end);
  out_ = msgpack::text_header(out_, static_cast<size_t>(plain_end - at_));
  for (const char* from = at_; from < plain_end; from += kCopiedBytes) {
    char* const to = out_ + (from - at_);
    store_block(to, load_block(from));
    store_block(to + kBlockBytes, load_block(from + kBlockBytes));
  }
  out_ += plain_end - at_;
  at_ = plain_end + 1;
  return true;
}

// Returns the first byte from there on that does not represent itself in a string: at the latest, the NUL at end_.
const char* Parser::end_of_plain(const char* from) const {
  for (;; from += kBlockBytes)
    if (const uint32_t special = special_in(load_block(from)); special != 0) return from + first_of(special);
}

bool Parser::text_with_escapes(const char* plain_end) {
  char* const header = out_;
  out_ += kMaxHeader;
  char* const from = out_;
  for (;; plain_end = end_of_plain(at_)) {
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

// Reads at least one digit, and appends it to value, which is meaningless after more digits than fit.
bool Parser::digits(uint64_t& value) {
  const char* const from = at_;
  for (; is_digit(peek()); ++at_) value = value * 10 + static_cast<uint64_t>(peek() - '0');
  return at_ != from;
}

bool Parser::number() {
  const char* const from = at_;
  const bool negative = take('-');
  const char* const first_digit = at_;
  uint64_t value = 0;
  if (!take('0') && !digits(value)) return false;
  auto digit_count = static_cast<size_t>(at_ - first_digit);
  size_t decimals = 0;
  if (take('.')) {
    const char* const first_decimal = at_;
    if (!digits(value)) return false;
    decimals = static_cast<size_t>(at_ - first_decimal);
    digit_count += decimals;
  }
  bool whole = decimals == 0;
  if (take('e') || take('E')) {
    whole = false;
    digit_count = SIZE_MAX;
    uint64_t exponent = 0;
    if (!take('+')) take('-');
    if (!digits(exponent)) return false;
  }
  if (digit_count <= kMaxExactDigits) {
    const auto integer = static_cast<int64_t>(value);
    const double real = static_cast<double>(integer) / kPowersOfTen[decimals];
    out_ = whole ? msgpack::integer(out_, negative ? -integer : integer)
                 : msgpack::real(out_, negative ? -real : real);
    return true;
  }
  return long_number({from, static_cast<size_t>(at_ - from)}, whole);
}

// Writes a number of many digits, or with an exponent.
bool Parser::long_number(std::string_view number, bool whole) {
  const auto is = [&](auto& value) {
    return std::from_chars(number.data(), number.data() + number.size(), value).ec == std::errc();
  };
  uint64_t large = 0;
  int64_t small = 0;
  double real = 0;
  if (whole && number[0] != '-' && is(large))
    out_ = msgpack::unsigned_integer(out_, large);
  else if (whole && number[0] == '-' && is(small))
    out_ = msgpack::integer(out_, small);
  else if (is(real))
    out_ = msgpack::real(out_, real);
  else
    put_text(number.data(), number.size());
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
  static_assert(kCopiedBytes <= TextBuffer::kSpareBytes);
  json_.assign(json_object);
  json_.end_with_nul();
  made_.clear();
  char* const members = made_.room(kMaxHeader + bound(json_object.size())) + kMaxHeader;
  Parser parser(json_.view(), members);
  if (!parser.document()) return std::nullopt;
  return Made{{members, static_cast<size_t>(parser.out() - members)}, parser.members()};
}

bool JsonToMsgpack::append(std::string& out, std::string_view json_object) {
  const std::optional<Made> made = convert(json_object);
  if (!made) return false;
  char header[kMaxHeader];
  const auto header_size = static_cast<size_t>(msgpack::map_header(header, made->count) - header);
  char* const map = made_.data() + kMaxHeader - header_size;
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
