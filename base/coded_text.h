// Texts that begin with a code, as the stages report them: "PS0123: text".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/message_id.h"

namespace penstock {

// A text of another component, which begins with a code: "PS0123: text".
struct CodedText {
  std::string_view id;    // "PS0123"; "": the text has no code
  std::string_view text;  // the text after the code
};

inline CodedText split_code(std::string_view text) {
  constexpr size_t kIdBytes = 6;
  bool has_code = text.size() >= kIdBytes + 2 && text.starts_with("PS") && text.substr(kIdBytes, 2) == ": ";
  for (size_t i = 2; has_code && i < kIdBytes; ++i) has_code = text[i] >= '0' && text[i] <= '9';
  if (!has_code) return {{}, text};
  return {text.substr(0, kIdBytes), text.substr(kIdBytes + 2)};
}

// Returns text with its code, or with the code `otherwise` if it has none.
inline std::string ensure_coded(std::string_view text, MessageId otherwise) {
  return split_code(text).id.empty() ? coded(otherwise, text) : std::string(text);
}

// Returns "PS0123: context: text" for "PS0123: text". A text without a code stays without one.
inline std::string in_context(std::string_view context, std::string_view text) {
  const CodedText parts = split_code(text);
  std::string out(parts.id);
  if (!out.empty()) out += ": ";
  return out.append(context).append(": ").append(parts.text);
}

}  // namespace penstock
