// The line with which a benchmark compares a measured value with the bar that is set for it. scripts/bench.sh
// collects these lines, of all programs, in one table.
#pragma once

#include <cstdio>

namespace penstock {

enum class Limit { at_most, at_least };

struct Bar {
  const char* what;  // the row's name in the table, without " | "
  double value;
  Limit limit;
  double bar;
  const char* unit;  // with the space before it: " s", "%", "x"
};

// Prints `bar | WHAT | VALUE | at most BAR | met`, or `missed`, on a line of its own.
inline void print_bar(const Bar& bar) {
  const bool at_most = bar.limit == Limit::at_most;
  const bool met = at_most ? bar.value <= bar.bar : bar.value >= bar.bar;
  const char* const format =
      bar.value < 1000 ? "bar | %s | %.3g%s | at %s %g%s | %s\n" : "bar | %s | %.0f%s | at %s %g%s | %s\n";
  std::printf(format, bar.what, bar.value, bar.unit, at_most ? "most" : "least", bar.bar, bar.unit,
              met ? "met" : "missed");
}

}  // namespace penstock
