// Normalization of log lines, so that lines that differ only in numbers compare equal.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/text.h"

namespace penstock {

// Returns text with each word that contains a digit (numbers, times, request IDs) replaced by '#'. A '.' or ','
// between two such words disappears with them: "30", "0.5" and "10,000" all become "#".
inline std::string folded(std::string_view text) {
  std::string out;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin;
    while (end < text.size() && is_alphanumeric(text[end])) ++end;
    const std::string_view word = text.substr(begin, end - begin);
    if (std::none_of(word.begin(), word.end(), is_digit))
      out += word;
    else if (out.ends_with("#.") || out.ends_with("#,"))
      out.pop_back();
    else
      out += '#';
    if (end < text.size()) out += text[end++];
    begin = end;
  }
  return out;
}

}  // namespace penstock
