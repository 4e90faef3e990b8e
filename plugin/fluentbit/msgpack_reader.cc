#include "plugin/fluentbit/msgpack_reader.h"

#include <bit>
#include <cstring>

namespace penstock::fluentbit {

namespace {

using Kind = MsgpackToken::Kind;

// The big-endian number of `size` bytes at `at`.
uint64_t number_at(const char* at, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(at[i]);
  return value;
}

}  // namespace

bool MsgpackReader::next(MsgpackToken& token) {
  if (at_ == end_) return false;
  const char* at = at_;
  const auto type = static_cast<unsigned char>(*at++);
  const auto left = [&] { return static_cast<size_t>(end_ - at); };

  const auto number = [&](size_t size, uint64_t& value) {
    if (left() < size) return false;
    value = number_at(at, size);
    at += size;
    return true;
  };
  const auto unsigned_integer = [&](size_t size) {
    token.kind = Kind::unsigned_integer;
    return number(size, token.unsigned_integer);
  };
  const auto integer = [&](size_t size) {
    uint64_t value = 0;
    if (!number(size, value)) return false;
    const auto shift = static_cast<unsigned>(64 - 8 * size);
    token.integer = static_cast<int64_t>(value << shift) >> shift;
    token.kind = token.integer < 0 ? Kind::integer : Kind::unsigned_integer;
    token.unsigned_integer = static_cast<uint64_t>(token.integer);
    return true;
  };
  const auto real = [&](size_t size) {
    uint64_t bits = 0;
    if (!number(size, bits)) return false;
    token.kind = Kind::real;
    token.real = size == 4 ? static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(bits)))
                           : std::bit_cast<double>(bits);
    return true;
  };
  const auto run = [&](Kind kind, uint64_t size) {
    if (left() < size) return false;
    token.kind = kind;
    token.bytes = {at, static_cast<size_t>(size)};
    at += size;
    return true;
  };
  const auto counted_run = [&](Kind kind, size_t size_of_count) {
    uint64_t size = 0;
    return number(size_of_count, size) && run(kind, size);
  };
  const auto ext = [&](uint64_t size) {
    uint64_t ext_type = 0;
    if (!number(1, ext_type)) return false;
    token.ext_type = static_cast<int8_t>(ext_type);
    return run(Kind::ext, size);
  };
  const auto counted_ext = [&](size_t size_of_count) {
    uint64_t size = 0;
    return number(size_of_count, size) && ext(size);
  };
  // Each value is a byte at least: a count beyond what is left is cut or a lie.
  const auto many = [&](Kind kind, uint64_t count) {
    if (count * (kind == Kind::map ? 2 : 1) > left()) return false;
    token.kind = kind;
    token.count = static_cast<size_t>(count);
    return true;
  };
  const auto counted_many = [&](Kind kind, size_t size_of_count) {
    uint64_t count = 0;
    return number(size_of_count, count) && many(kind, count);
  };
  const auto read = [&] {
    if (type <= 0x7f) {
      token.kind = Kind::unsigned_integer;
      token.unsigned_integer = type;
      return true;
    }
    if (type <= 0x8f) return many(Kind::map, type & 0x0f);
    if (type <= 0x9f) return many(Kind::array, type & 0x0f);
    if (type <= 0xbf) return run(Kind::text, type & 0x1f);
    if (type >= 0xe0) {
      token.kind = Kind::integer;
      token.integer = static_cast<int8_t>(type);
      return true;
    }
    switch (type) {
      case 0xc0:
        token.kind = Kind::nil;
        return true;
      case 0xc2:
      case 0xc3:
        token.kind = Kind::boolean;
        token.boolean = type == 0xc3;
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return counted_run(Kind::binary, size_t{1} << (type - 0xc4));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return counted_ext(size_t{1} << (type - 0xc7));
      case 0xca:
        return real(4);
      case 0xcb:
        return real(8);
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf:
        return unsigned_integer(size_t{1} << (type - 0xcc));
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3:
        return integer(size_t{1} << (type - 0xd0));
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return ext(uint64_t{1} << (type - 0xd4));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return counted_run(Kind::text, size_t{1} << (type - 0xd9));
      case 0xdc:
      case 0xdd:
        return counted_many(Kind::array, size_t{2} << (type - 0xdc));
      case 0xde:
      case 0xdf:
        return counted_many(Kind::map, size_t{2} << (type - 0xde));
      default:
        return false;  // 0xc1 is never used
    }
  };
  if (!read()) return false;
  at_ = at;
  return true;
}

std::string_view MsgpackReader::value() {
  const char* const from = at_;
  MsgpackToken token;
  for (uint64_t pending = 1; pending > 0; --pending) {
    if (!next(token)) {
      at_ = from;
      return {};
    }
    if (token.kind == Kind::array) pending += token.count;
    if (token.kind == Kind::map) pending += 2 * uint64_t{token.count};
  }
  return {from, static_cast<size_t>(at_ - from)};
}

}  // namespace penstock::fluentbit
