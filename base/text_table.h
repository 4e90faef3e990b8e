// A text table for people, with columns as wide as their contents.
#pragma once

#include <string>
#include <vector>

namespace penstock {

enum class Align { left, right };

class TextTable {
 public:
  explicit TextTable(std::vector<Align> columns) : columns_(std::move(columns)) {}

  // Adds a row. REQUIRES: one cell per column, in printable UTF-8.
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // Returns one line per row, with two blanks between columns and none at the end.
  std::vector<std::string> lines() const;

 private:
  std::vector<Align> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace penstock
