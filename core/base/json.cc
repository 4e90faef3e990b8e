#include "core/base/json.h"

#include <array>
#include <cstddef>
#include <cstring>

#include "core/base/utf8.h"

namespace penstock {

namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighBits = 0x8080808080808080;

uint64_t load_word(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// A high bit set where a byte of word is below limit (at most 0x80) or above 0x7F; after the first such byte
// there may be false ones, so it tells whether, not which.
constexpr uint64_t below_or_high(uint64_t word, uint8_t limit) {
  return ((word - kOnes * limit) | word) & kHighBits;
}

constexpr uint64_t equal_to(uint64_t word, uint8_t byte) {
  const uint64_t difference = word ^ (kOnes * byte);
  return (difference - kOnes) & ~difference & kHighBits;
}

constexpr bool is_plain_in_string(uint8_t byte) {
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

constexpr bool is_plain_in_json(uint8_t byte) { return byte < 0x80 && byte != '\n' && byte != '\r'; }

// The first byte at or behind from that is not plain in a JSON string.
size_t end_of_plain_string(std::string_view text, size_t from) {
  size_t at = from;
  while (at + 8 <= text.size()) {
    const uint64_t word = load_word(text.data() + at);
    if ((below_or_high(word, 0x20) | equal_to(word, '"') | equal_to(word, '\\')) != 0) break;
    at += 8;
  }
  while (at < text.size() && is_plain_in_string(static_cast<uint8_t>(text[at]))) ++at;
  return at;
}

// The first byte at or behind from that is a line end or not ASCII.
size_t end_of_plain_json(std::string_view text, size_t from) {
  size_t at = from;
  while (at + 8 <= text.size()) {
    const uint64_t word = load_word(text.data() + at);
    if (((word & kHighBits) | equal_to(word, '\n') | equal_to(word, '\r')) != 0) break;
    at += 8;
  }
  while (at < text.size() && is_plain_in_json(static_cast<uint8_t>(text[at]))) ++at;
  return at;
}

void append_escaped(std::string& out, char control) {
  switch (control) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default: {
      const auto byte = static_cast<uint8_t>(control);
      const std::array<char, 6> escaped = {'\\', 'u', '0', '0', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
      out.append(escaped.data(), escaped.size());
    }
  }
}

enum class CarriageReturns { kept, line_ends };

template <CarriageReturns returns>
void append_string(std::string& out, std::string_view text) {
  out += '"';
  size_t copied = 0;
  size_t at = 0;
  while ((at = end_of_plain_string(text, at)) < text.size()) {
    const char c = text[at];
    if (static_cast<uint8_t>(c) < 0x80) {
      out.append(text, copied, at - copied);
      if constexpr (returns == CarriageReturns::line_ends) {
        // Of \r\n the \r goes, the \n follows by itself.
        if (c != '\r')
          append_escaped(out, c);
        else if (at + 1 == text.size() || text[at + 1] != '\n')
          out += "\\n";
      } else {
        append_escaped(out, c);
      }
      copied = ++at;
      continue;
    }
    const Utf8Step step = utf8_step(text, at);
    if (!step.valid) {
      out.append(text, copied, at - copied);
      out += kReplacementCharacter;
      copied = at + step.size;
    }
    at += step.size;
  }
  out.append(text, copied, text.size() - copied);
  out += '"';
}

bool is_bidi_or_line_control(uint32_t code_point) {
  return code_point == 0x061C || code_point == 0x200E || code_point == 0x200F ||
         (code_point >= 0x2028 && code_point <= 0x202E) || (code_point >= 0x2066 && code_point <= 0x2069);
}

void append_hex_byte(std::string& out, uint8_t byte) {
  out += "\\x";
  out += kHexDigits[byte >> 4];
  out += kHexDigits[byte & 15];
}

// One character or ill-formed part, made printable.
void append_printable(std::string& out, std::string_view part, const Utf8Step& step) {
  if (!step.valid) {
    for (const char byte : part) append_hex_byte(out, static_cast<uint8_t>(byte));
  } else if (part == "\n") {
    out += "\\n";
  } else if (part == "\r") {
    out += "\\r";
  } else if (part == "\t") {
    out += "\\t";
  } else if (step.code_point < 0x20 || step.code_point == 0x7F) {
    append_hex_byte(out, static_cast<uint8_t>(part[0]));
  } else if ((step.code_point >= 0x80 && step.code_point < 0xA0) || is_bidi_or_line_control(step.code_point)) {
    out += "\\u{";
    for (int shift = 12; shift >= 0; shift -= 4) out += kHexDigits[step.code_point >> shift & 15];
    out += '}';
  } else {
    out += part;
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  append_string<CarriageReturns::kept>(out, text);
}

void append_json_string_of_lines(std::string& out, std::string_view text) {
  append_string<CarriageReturns::line_ends>(out, text);
}

void append_json_on_one_line(std::string& out, std::string_view text) {
  size_t copied = 0;
  size_t at = 0;
  while ((at = end_of_plain_json(text, at)) < text.size()) {
    const Utf8Step step = utf8_step(text, at);
    if (!step.valid || step.size == 1) {
      out.append(text, copied, at - copied);
      out += step.valid ? std::string_view(" ") : kReplacementCharacter;
      copied = at + step.size;
    }
    at += step.size;
  }
  out.append(text, copied, text.size() - copied);
}

bool is_json_number(std::string_view text) {
  size_t at = 0;
  const auto take = [&](char c) { return at < text.size() && text[at] == c && ++at != 0; };
  const auto digits = [&] {
    const size_t from = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - from;
  };
  take('-');
  const size_t integer = at;
  const size_t count = digits();
  if (count == 0 || (count > 1 && text[integer] == '0')) return false;
  if (take('.') && digits() == 0) return false;
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    if (digits() == 0) return false;
  }
  return at == text.size();
}

std::string printable(std::string_view text, size_t max_bytes) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = utf8_step(text, at);
    const size_t before = out.size();
    append_printable(out, text.substr(at, step.size), step);
    if (out.size() > max_bytes) {
      out.resize(before);
      out += "...";
      break;
    }
    at += step.size;
  }
  return out;
}

}  // namespace penstock
