#include "base/text_table.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace penstock {

namespace {

// Returns the width in characters, assuming that each takes one column.
size_t width_of(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(),
                                           [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::vector<std::string> TextTable::lines() const {
  std::vector<size_t> widths(columns_.size());
  for (const std::vector<std::string>& cells : rows_)
    for (size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], width_of(cells[i]));
  std::vector<std::string> lines;
  for (const std::vector<std::string>& cells : rows_) {
    std::string& line = lines.emplace_back();
    for (size_t i = 0; i < widths.size(); ++i) {
      const std::string blanks(widths[i] - width_of(cells[i]), ' ');
      if (i > 0) line += "  ";
      line += columns_[i] == Align::right ? blanks + cells[i] : cells[i] + blanks;
    }
    line.erase(line.find_last_not_of(' ') + 1);
  }
  return lines;
}

}  // namespace penstock
