#include "fluentbit/msgpack/msgpack_reader.h"

#include <bit>
#include <cstring>
#include <type_traits>

namespace penstock::fluentbit {

using Kind = MsgpackToken::Kind;

// Reads a big-endian number.
template <typename Number>
bool MsgpackReader::number(Number& value) {
  if (left() < sizeof value) return false;
  std::memcpy(&value, at_, sizeof value);
  at_ += sizeof value;
  if constexpr (sizeof value == 8) value = static_cast<Number>(__builtin_bswap64(static_cast<uint64_t>(value)));
  if constexpr (sizeof value == 4) value = static_cast<Number>(__builtin_bswap32(static_cast<uint32_t>(value)));
  if constexpr (sizeof value == 2) value = static_cast<Number>(__builtin_bswap16(static_cast<uint16_t>(value)));
  return true;
}

template <typename Number>
bool MsgpackReader::unsigned_integer(MsgpackToken& token) {
  Number value;
  if (!number(value)) return false;
  token.kind = Kind::unsigned_integer;
  token.unsigned_integer = value;
  return true;
}

template <typename Bits>
bool MsgpackReader::integer(MsgpackToken& token) {
  Bits bits;
  if (!number(bits)) return false;
  constexpr unsigned kUnused = 64 - 8 * sizeof bits;
  token.integer = static_cast<int64_t>(uint64_t{bits} << kUnused) >> kUnused;
  token.unsigned_integer = static_cast<uint64_t>(token.integer);
  token.kind = token.integer < 0 ? Kind::integer : Kind::unsigned_integer;
  return true;
}

template <typename Bits, typename Real>
bool MsgpackReader::real(MsgpackToken& token) {
  Bits bits;
  if (!number(bits)) return false;
  token.kind = Kind::real;
  token.real = std::bit_cast<Real>(bits);
  token.single = std::is_same_v<Real, float>;
  return true;
}

bool MsgpackReader::run(MsgpackToken& token, Kind kind, size_t size) {
  if (left() < size) return false;
  token.kind = kind;
  token.bytes = {at_, size};
  at_ += size;
  return true;
}

bool MsgpackReader::ext(MsgpackToken& token, size_t size) {
  return number(token.ext_type) && run(token, Kind::ext, size);
}

// Each value takes at least one byte, so a larger count is truncated or malformed.
bool MsgpackReader::many(MsgpackToken& token, Kind kind, size_t count) {
  if (count > (kind == Kind::map ? left() / 2 : left())) return false;
  token.kind = kind;
  token.count = count;
  return true;
}

template <typename Count>
bool MsgpackReader::counted(MsgpackToken& token, Kind kind) {
  Count count;
  if (!number(count)) return false;
  if (kind == Kind::ext) return ext(token, count);
  return kind == Kind::array || kind == Kind::map ? many(token, kind, count) : run(token, kind, count);
}

bool MsgpackReader::read(MsgpackToken& token) {
  if (at_ == end_) return false;
  const auto type = static_cast<uint8_t>(*at_++);
  if (type < 0x80) {
    token.kind = Kind::unsigned_integer;
    token.unsigned_integer = type;
    return true;
  }
  if (type < 0x90) return many(token, Kind::map, type & 0x0f);
  if (type < 0xa0) return many(token, Kind::array, type & 0x0f);
  if (type < 0xc0) return run(token, Kind::text, type & 0x1f);
  if (type >= 0xe0) {
    token.kind = Kind::integer;
    token.integer = int64_t{type} - 0x100;
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
      return counted<uint8_t>(token, Kind::binary);
    case 0xc5:
      return counted<uint16_t>(token, Kind::binary);
    case 0xc6:
      return counted<uint32_t>(token, Kind::binary);
    case 0xc7:
      return counted<uint8_t>(token, Kind::ext);
    case 0xc8:
      return counted<uint16_t>(token, Kind::ext);
    case 0xc9:
      return counted<uint32_t>(token, Kind::ext);
    case 0xca:
      return real<uint32_t, float>(token);
    case 0xcb:
      return real<uint64_t, double>(token);
    case 0xcc:
      return unsigned_integer<uint8_t>(token);
    case 0xcd:
      return unsigned_integer<uint16_t>(token);
    case 0xce:
      return unsigned_integer<uint32_t>(token);
    case 0xcf:
      return unsigned_integer<uint64_t>(token);
    case 0xd0:
      return integer<uint8_t>(token);
    case 0xd1:
      return integer<uint16_t>(token);
    case 0xd2:
      return integer<uint32_t>(token);
    case 0xd3:
      return integer<uint64_t>(token);
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return ext(token, size_t{1} << (type - 0xd4));
    case 0xd9:
      return counted<uint8_t>(token, Kind::text);
    case 0xda:
      return counted<uint16_t>(token, Kind::text);
    case 0xdb:
      return counted<uint32_t>(token, Kind::text);
    case 0xdc:
      return counted<uint16_t>(token, Kind::array);
    case 0xdd:
      return counted<uint32_t>(token, Kind::array);
    case 0xde:
      return counted<uint16_t>(token, Kind::map);
    case 0xdf:
      return counted<uint32_t>(token, Kind::map);
    default:
      return false;  // 0xc1 is never used
  }
}

std::string_view MsgpackReader::value() {
  const char* const from = at_;
  MsgpackToken token;
  for (size_t pending = 1; pending > 0; --pending) {
    // Each pending value takes at least one byte. With fewer bytes left, the value is truncated.
    if (pending > left() || !next(token)) {
      at_ = from;
      return {};
    }
    if (token.kind == Kind::array) pending += token.count;
    if (token.kind == Kind::map) pending += 2 * token.count;
  }
  return {from, static_cast<size_t>(at_ - from)};
}

}  // namespace penstock::fluentbit
