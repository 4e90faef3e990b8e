#include "tests/fluentbit/msgpack.h"

#include <bit>
#include <cstdio>
#include <cstdlib>

namespace penstock::test_agent {

namespace {

class Reader {
 public:
  explicit Reader(std::string_view& bytes) : left_(bytes) {}

  bool value(Value& out, int depth = 0) {
    uint64_t head = 0;
    if (depth > 64 || !number(head, 1)) return false;
    const auto integer = [&](int64_t number) {
      out.kind = Value::Kind::integer;
      out.integer = number;
      return true;
    };
    if (head <= 0x7f) return integer(static_cast<int64_t>(head));
    if (head >= 0xe0) return integer(static_cast<int8_t>(head));
    if (head <= 0x8f) return items(out, Value::Kind::map, (head & 15) * 2, depth);
    if (head <= 0x9f) return items(out, Value::Kind::array, head & 15, depth);
    if (head <= 0xbf) return bytes(out, Value::Kind::text, head & 31);
    uint64_t n = 0;
    switch (head) {
      case 0xc0:
        out.kind = Value::Kind::nil;
        return true;
      case 0xc2:
      case 0xc3:
        out.kind = Value::Kind::boolean;
        out.integer = static_cast<int64_t>(head & 1);
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return number(n, 1 << (head - 0xc4)) && bytes(out, Value::Kind::binary, n);
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return number(n, 1 << (head - 0xc7)) && extension(out, n);
      case 0xca:
        out.kind = Value::Kind::real;
        if (!number(n, 4)) return false;
        out.real = static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(n)));
        return true;
      case 0xcb:
        out.kind = Value::Kind::real;
        if (!number(n, 8)) return false;
        out.real = std::bit_cast<double>(n);
        return true;
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf:
        return number(n, 1 << (head - 0xcc)) && integer(static_cast<int64_t>(n));
      case 0xd0:
        return number(n, 1) && integer(static_cast<int8_t>(n));
      case 0xd1:
        return number(n, 2) && integer(static_cast<int16_t>(n));
      case 0xd2:
        return number(n, 4) && integer(static_cast<int32_t>(n));
      case 0xd3:
        return number(n, 8) && integer(static_cast<int64_t>(n));
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return extension(out, uint64_t{1} << (head - 0xd4));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return number(n, 1 << (head - 0xd9)) && bytes(out, Value::Kind::text, n);
      case 0xdc:
      case 0xdd:
        return number(n, 2 << (head - 0xdc)) && items(out, Value::Kind::array, n, depth);
      case 0xde:
      case 0xdf:
        return number(n, 2 << (head - 0xde)) && items(out, Value::Kind::map, n * 2, depth);
      default:
        return false;
    }
  }

 private:
  bool number(uint64_t& out, int size) {
    if (left_.size() < static_cast<size_t>(size)) return false;
    out = 0;
    for (int i = 0; i < size; ++i) out = out << 8 | static_cast<unsigned char>(left_[static_cast<size_t>(i)]);
    left_.remove_prefix(static_cast<size_t>(size));
    return true;
  }
  bool bytes(Value& out, Value::Kind kind, uint64_t size) {
    if (left_.size() < size) return false;
    out.kind = kind;
    out.bytes = left_.substr(0, size);
    left_.remove_prefix(size);
    return true;
  }
  bool extension(Value& out, uint64_t size) {
    uint64_t type = 0;
    if (!number(type, 1)) return false;
    out.integer = static_cast<int64_t>(type ^ 0x80) - 0x80;
    return bytes(out, Value::Kind::extension, size);
  }
  bool items(Value& out, Value::Kind kind, uint64_t count, int depth) {
    out.kind = kind;
    for (; count > 0; --count)
      if (!value(out.items.emplace_back(), depth + 1)) return false;
    return true;
  }

  std::string_view& left_;
};

}  // namespace

const Value* Value::find(std::string_view key) const {
  if (kind != Kind::map) return nullptr;
  for (size_t i = 0; i < items.size(); i += 2)
    if (items[i].kind == Kind::text && items[i].bytes == key) return &items[i + 1];
  return nullptr;
}

std::string Value::text(std::string_view key) const {
  const Value* const found = find(key);
  return found != nullptr && found->kind == Kind::text ? found->bytes : "";
}

std::optional<Value> take_value(std::string_view& bytes) {
  Value value;
  std::string_view left = bytes;
  if (!Reader(left).value(value)) return std::nullopt;
  bytes = left;
  return value;
}

std::vector<Event> events_of(std::string_view chunk) {
  std::vector<Event> events;
  while (!chunk.empty()) {
    const std::optional<Value> whole = take_value(chunk);
    const bool pair = whole && whole->kind == Value::Kind::array && whole->items.size() == 2;
    const Value* const head = pair ? &whole->items[0] : nullptr;
    const bool with_metadata = pair && head->kind == Value::Kind::array && head->items.size() == 2;
    const Value* const time = with_metadata ? &head->items[0] : head;
    if (!pair || time->kind != Value::Kind::extension || time->integer != 0 || time->bytes.size() != 8 ||
        whole->items[1].kind != Value::Kind::map) {
      std::fputs("a chunk holds something that is not a log event\n", stderr);
      std::abort();
    }
    Event event;
    for (int i = 0; i < 8; ++i) {
      int64_t& part = i < 4 ? event.seconds : event.nanoseconds;
      part = part << 8 | static_cast<unsigned char>(time->bytes[static_cast<size_t>(i)]);
    }
    event.with_metadata = with_metadata;
    if (with_metadata) event.metadata = head->items[1];
    event.body = whole->items[1];
    events.push_back(event);
  }
  return events;
}

Pack& Pack::number(uint64_t value, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return *this;
}

std::string log_event(std::string_view id, std::string_view text) {
  return Pack()
      .array(2)
      .array(2)
      .event_time(1566741555, 269000000)
      .map(0)
      .map(2)
      .text("log")
      .text(text)
      .text("event_id")
      .text(id)
      .bytes;
}

}  // namespace penstock::test_agent
