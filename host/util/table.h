// A table of text for a person, its columns as wide as what is in them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace penstock::host {

enum class Align { left, right };

class Table {
 public:
  explicit Table(std::vector<Align> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns, in printable UTF-8.
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // A line each, two blanks between columns, none at its end.
  std::string text() const;

 private:
  std::vector<Align> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace penstock::host
