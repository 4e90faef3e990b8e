#include "fluentbit/msgpack/msgpack_to_json.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "base/utf8.h"
#include "fluentbit/msgpack/json_text.h"
#include "fluentbit/msgpack/msgpack_reader.h"

namespace penstock::fluentbit {

namespace {

using Kind = MsgpackToken::Kind;

void append_escape(std::string& out, char c) {
  constexpr std::string_view kNamed = "\"\\\b\f\n\r\t";
  constexpr std::string_view kNames = "\"\\bfnrt";
  const size_t index = kNamed.find(c);
  out += '\\';
  if (index != std::string_view::npos) {
    out += kNames[index];
    return;
  }
  const auto byte = static_cast<uint8_t>(c);
  out += "u00";
  out += kHexDigits[byte >> 4];
  out += kHexDigits[byte & 15];
}

// Appends the same text as append_json_string(), which is tuned for messages: for the short keys and values of
// MessagePack it makes a record 1.2 times as slow.
void append_text(std::string& out, std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const char* copied = at;
  const auto copy = [&] { out.append(copied, static_cast<size_t>(at - copied)); };
  out += '"';
  while ((at = json_text::end_of_plain(at, end)) < end) {
    if (static_cast<uint8_t>(*at) < 0x80) {
      copy();
      append_escape(out, *at++);
      copied = at;
      continue;
    }
    const Utf8Step step = utf8_step(at, end);
    if (!step.valid) {
      copy();
      out += kReplacementCharacter;
      copied = at + step.size;
    }
    at += step.size;
  }
  copy();
  out += '"';
}

void append_bytes(std::string& out, std::string_view bytes) {
  out += '"';
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    const std::array<char, 5> text = {'\\', '\\', 'x', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
    out.append(text.data(), text.size());
  }
  out += '"';
}

template <typename Number>
void append_number(std::string& out, Number value) {
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(text.data(), end);
}

void append_real(std::string& out, const MsgpackToken& token) {
  if (!std::isfinite(token.real)) {
    out += "null";
    return;
  }
  const size_t from = out.size();
  if (token.single)
    append_number(out, static_cast<float>(token.real));
  else
    append_number(out, token.real);
  if (out.find_first_of(".e", from) == std::string::npos) out += ".0";
}

// Appends any value except arrays and maps.
void append_scalar(std::string& out, const MsgpackToken& token) {
  switch (token.kind) {
    case Kind::boolean:
      out += token.boolean ? "true" : "false";
      break;
    case Kind::integer:
      append_number(out, token.integer);
      break;
    case Kind::unsigned_integer:
      append_number(out, token.unsigned_integer);
      break;
    case Kind::real:
      append_real(out, token);
      break;
    case Kind::text:
    case Kind::binary:
      append_text(out, token.bytes);
      break;
    case Kind::ext:
      append_bytes(out, token.bytes);
      break;
    default:
      out += "null";
  }
}

void append_scalar_as_text(std::string& out, const MsgpackToken& token) {
  const bool is_text = token.kind == Kind::text || token.kind == Kind::binary || token.kind == Kind::ext;
  if (!is_text) out += '"';
  append_scalar(out, token);
  if (!is_text) out += '"';
}

// A map or an array that is not at its end.
struct Open {
  bool map;
  size_t left;  // values to come; for a map, keys and values
};

bool append_value(std::string& out, std::string_view msgpack_value) {
  MsgpackReader reader(msgpack_value);
  MsgpackToken token;
  std::array<Open, kMaxMsgpackDepth> open;
  size_t depth = 0;
  do {
    const bool is_key = depth > 0 && open[depth - 1].map && open[depth - 1].left % 2 == 0;
    const MsgpackReader before = reader;
    if (!reader.next(token)) return false;
    if (token.kind != Kind::array && token.kind != Kind::map) {
      if (is_key)
        append_scalar_as_text(out, token);
      else
        append_scalar(out, token);
    } else if (is_key || depth == kMaxMsgpackDepth) {
      reader = before;
      const std::string_view value = reader.value();
      if (value.empty()) return false;
      append_bytes(out, value);
    } else if (token.count == 0) {
      out += token.kind == Kind::map ? "{}" : "[]";
    } else {
      const bool map = token.kind == Kind::map;
      out += map ? '{' : '[';
      open[depth++] = {map, map ? 2 * token.count : token.count};
      continue;
    }
    for (; depth > 0; --depth) {
      Open& top = open[depth - 1];
      if (--top.left > 0) {
        out += top.map && top.left % 2 != 0 ? ':' : ',';
        break;
      }
      out += top.map ? '}' : ']';
    }
  } while (depth > 0);
  return true;
}

}  // namespace

bool append_json(std::string& out, std::string_view msgpack_value) {
  const size_t before = out.size();
  if (append_value(out, msgpack_value)) return true;
  out.resize(before);
  return false;
}

}  // namespace penstock::fluentbit
