#include "base/text.h"

#include "base/utf8.h"

namespace penstock {

namespace {

void append_hex_byte(std::string& out, char byte) { append_hex(out += "\\x", static_cast<uint8_t>(byte), 2); }

// Appends one character or one ill-formed part.
void append_printable(std::string& out, std::string_view part, const Utf8Step& step) {
  if (!step.valid) {
    for (const char byte : part) append_hex_byte(out, byte);
  } else if (!is_terminal_control(step.code_point)) {
    out += part;
  } else if (part == "\n") {
    out += "\\n";
  } else if (part == "\r") {
    out += "\\r";
  } else if (part == "\t") {
    out += "\\t";
  } else if (step.size == 1) {
    append_hex_byte(out, part[0]);
  } else {
    append_hex(out += "\\u{", step.code_point, 4);
    out += '}';
  }
}

}  // namespace

void append_percent_encoded(std::string& out, std::string_view text, std::string_view kept) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  static constexpr std::string_view kMarks = "-._~";
  for (const char c : text) {
    if (is_alphanumeric(c) || kMarks.find(c) != std::string_view::npos || kept.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<uint8_t>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
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
