// Help in lines that a terminal of 80 columns shows whole.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::host {

// The parts with a blank between two of them, in lines that begin with `indent` blanks and are at most 80 bytes
// wide, or as wide as their only part. Each line ends with a line end.
std::string wrap_text(const std::vector<std::string>& parts, size_t indent);

// The same of the words of a text.
std::string wrap_text(std::string_view text, size_t indent);

}  // namespace penstock::host
