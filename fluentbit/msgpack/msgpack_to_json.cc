#include "fluentbit/msgpack/msgpack_to_json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/json_writer.h"
#include "base/text.h"
#include "fluentbit/msgpack/json_text.h"
#include "fluentbit/msgpack/msgpack_reader.h"

namespace penstock::fluentbit {

namespace {

using Kind = MsgpackToken::Kind;

// Most keys and many values are this short. For these, append_json_string() makes a record 1.2 times as slow.
constexpr size_t kShortBytes = 32;

void append_text(TextBuffer& out, std::string_view text) {
  const char* const end = text.data() + text.size();
  if (text.size() > kShortBytes || json_text::end_of_plain(text.data(), end) != end)
    return append_json_string(out, text);
  char* to = out.room(text.size() + 2);
  *to++ = '"';
  if (!text.empty()) std::memcpy(to, text.data(), text.size());
  to += text.size();
  *to++ = '"';
  out.end_at(to);
}

void append_bytes(TextBuffer& out, std::string_view bytes) {
  out += '"';
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    const std::array<char, 5> text = {'\\', '\\', 'x', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
    out += std::string_view(text.data(), text.size());
  }
  out += '"';
}

template <typename Number>
void append_number(TextBuffer& out, Number value) {
  constexpr size_t kMaxBytes = 32;
  char* const to = out.room(kMaxBytes);
  out.end_at(std::to_chars(to, to + kMaxBytes, value).ptr);
}

void append_real(TextBuffer& out, const MsgpackToken& token) {
  if (!std::isfinite(token.real)) {
    out += "null";
    return;
  }
  const size_t from = out.size();
  if (token.single)
    append_number(out, static_cast<float>(token.real));
  else
    append_number(out, token.real);
  if (out.view().find_first_of(".e", from) == std::string_view::npos) out += ".0";
}

// Appends any value except arrays and maps.
void append_scalar(TextBuffer& out, const MsgpackToken& token) {
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

void append_scalar_as_text(TextBuffer& out, const MsgpackToken& token) {
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

bool append_value(TextBuffer& out, std::string_view msgpack_value) {
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

bool append_json(TextBuffer& out, std::string_view msgpack_value) {
  const size_t before = out.size();
  if (append_value(out, msgpack_value)) return true;
  out.end_at(out.data() + before);
  return false;
}

}  // namespace penstock::fluentbit
