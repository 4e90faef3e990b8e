// Line charts with logarithmic axes, next to each other in one SVG image.
#pragma once

#include <string>
#include <vector>

namespace penstock {

struct ChartPoint {
  double x, y;  // above 0
};

struct Chart {
  std::string title;    // what the vertical axis shows, with its unit
  std::string x_label;  // what the horizontal axis shows
  std::vector<ChartPoint> points;
};

// Returns the text of an SVG image. REQUIRES: each chart has a point; no text needs escapes.
std::string svg(const std::vector<Chart>& charts);

}  // namespace penstock
