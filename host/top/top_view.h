// The view of `penstock top`, as text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "host/top/snapshot.h"

namespace penstock::host {

struct ViewSize {
  size_t rows;
  size_t columns;
};

// Returns the lines of the screen: the state of the run, its stages, and as many shards as there is room for, the
// slowest first. Rates are those since `before`, or since the start of the run if before is that of another run.
// hint: follows the state, such as "; press q to quit".
std::vector<std::string> format_screen(const Snapshot& now, const Snapshot& before, ViewSize size,
                                       std::string_view hint = "");

// Returns the state in one line, for output that is not a terminal.
std::string format_line(const Snapshot& now, const Snapshot& before);

}  // namespace penstock::host
