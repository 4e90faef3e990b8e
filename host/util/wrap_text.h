// Wraps help text to 80 columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::host {

constexpr size_t kHelpWidth = 80;  // columns

// Joins parts with blanks, in lines that begin with `indent` blanks and have at most 80 bytes, unless a single
// part is longer. Each line ends with a line end.
std::string wrap_text(const std::vector<std::string>& parts, size_t indent);

// Wraps the words of a text likewise.
std::string wrap_text(std::string_view text, size_t indent);

}  // namespace penstock::host
