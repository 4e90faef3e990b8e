// A text table for people, with columns as wide as their contents.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace penstock::host {

enum class Align { left, right };

class Table {
 public:
  explicit Table(std::vector<Align> columns) : columns_(std::move(columns)) {}

  // Adds a row. REQUIRES: one cell per column, in printable UTF-8.
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // Returns one line per row, with two blanks between columns and none at the end.
  std::string text() const;

 private:
  std::vector<Align> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace penstock::host
