// Standard base64 (RFC 4648, section 4): padded, without line breaks.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace penstock {

void append_base64(std::string& out, std::string_view data);
inline std::string base64(std::string_view data) {
  std::string out;
  append_base64(out, data);
  return out;
}

// Decodes text in place and returns the result, which is at the start of text; nullopt if text is not padded
// base64. Part of text may be overwritten even if it then returns nullopt.
std::optional<std::string_view> decode_base64_in_place(std::span<char> text);

// Decodes the front of text in place, where text need not end with base64: whole blocks of digits, without
// padding. Returns the number of characters decoded, a multiple of 4, which became three quarters as many bytes.
// The characters after them are unchanged, and must not be decoded before them. Never decodes all digits for
// certain; decode_base64_in_place() takes the rest.
size_t decode_base64_front_in_place(std::span<char> text);

// Returns the decoded bytes of text; nullopt if text is not padded base64.
std::optional<std::string> decode_base64(std::string text);

// Returns whether text consists of base64 characters, followed by at most two padding characters. Its length is
// not checked, because text may be one line of a longer text.
bool is_base64_text(std::string_view text);

}  // namespace penstock
