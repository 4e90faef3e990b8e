#include "plugin/fluentbit/msgpack_to_json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "host/text.h"
#include "plugin/fluentbit/msgpack_reader.h"

namespace penstock::fluentbit {

namespace {

using Kind = MsgpackToken::Kind;

// Bytes that stand for themselves in a JSON string: printable ASCII but " and \.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (size_t c = 0x20; c < 0x7f; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

void append_text(std::string& out, std::string_view text) {
  size_t plain = 0;
  while (plain < text.size() && kPlain[static_cast<unsigned char>(text[plain])]) ++plain;
  if (plain < text.size()) return host::append_json_string(out, text);
  out += '"';
  out += text;
  out += '"';
}

void append_ext(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += '"';
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  out += '"';
}

template <typename Number>
void append_number(std::string& out, Number value) {
  std::array<char, 32> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), end);
}

void append_real(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  const size_t from = out.size();
  append_number(out, value);
  // So that a reader still sees a fraction.
  if (out.find_first_of(".e", from) == std::string::npos) out += ".0";
}

// Everything but arrays and maps.
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
      append_real(out, token.real);
      break;
    case Kind::text:
    case Kind::binary:
      append_text(out, token.bytes);
      break;
    case Kind::ext:
      append_ext(out, token.bytes);
      break;
    default:
      out += "null";
  }
}

struct Open {
  bool map;
  size_t left;  // values that are still to come; of a map keys and values
};

}  // namespace

void append_json(std::string& out, std::string_view msgpack_value) {
  MsgpackReader reader(msgpack_value);
  MsgpackToken token;
  thread_local std::vector<Open> open;
  open.clear();
  const size_t start = out.size();
  const auto rest = [&](const char* from) {
    return std::string_view(from, static_cast<size_t>(msgpack_value.data() + msgpack_value.size() - from));
  };
  while (true) {
    const bool is_key = !open.empty() && open.back().map && open.back().left % 2 == 0;
    const char* const from = reader.at();
    if (!reader.next(token)) {
      out.resize(start);
      out += "null";
      return;
    }
    const bool nests = token.kind == Kind::array || token.kind == Kind::map;
    if (is_key && token.kind != Kind::text && token.kind != Kind::binary) {
      reader = MsgpackReader(rest(from));
      std::string key;
      append_scalar(key, token);  // one that nests is null: JSON in a key of JSON helps nobody
      reader.value();
      append_text(out, key);
    } else if (nests && open.size() < kMaxMsgpackDepth) {
      out += token.kind == Kind::map ? '{' : '[';
      open.push_back({token.kind == Kind::map, token.kind == Kind::map ? 2 * token.count : token.count});
      // One more, which the end of this turn takes off.
      ++open.back().left;
    } else if (nests) {
      reader = MsgpackReader(rest(from));
      reader.value();
      out += "null";
    } else {
      append_scalar(out, token);
    }
    while (!open.empty() && --open.back().left == 0) {
      out += open.back().map ? '}' : ']';
      open.pop_back();
    }
    if (open.empty()) return;
    if (is_key) {
      out += ':';
    } else if (out.back() != '{' && out.back() != '[') {
      out += ',';
    }
  }
}

}  // namespace penstock::fluentbit
