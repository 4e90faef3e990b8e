#include "bench/svg_chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace penstock {

namespace {

constexpr double kWidth = 300, kHeight = 230;  // of a chart, in pixels
constexpr double kLeft = 46, kRight = 20, kTop = 34, kBottom = 42;

__attribute__((format(printf, 2, 3))) void append(std::string& out, const char* format, ...) {
  std::array<char, 512> line;
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line.data(), line.size(), format, arguments);
  va_end(arguments);
  out += line.data();
}

// Maps values to pixels on a logarithmic scale.
struct Axis {
  // least and most: decades, as powers of ten. from and to: pixels.
  double least, most, from, to;

  double at(double value) const { return from + (std::log10(value) - least) / (most - least) * (to - from); }
};

// Returns an axis of whole decades with all values of one coordinate.
Axis axis_of(const std::vector<ChartPoint>& points, double ChartPoint::*coordinate, double from, double to) {
  const auto [low, high] =
      std::minmax_element(points.begin(), points.end(),
                          [&](const ChartPoint& a, const ChartPoint& b) { return a.*coordinate < b.*coordinate; });
  const double least = std::floor(std::log10((*low).*coordinate));
  return {least, std::max(least + 1, std::ceil(std::log10((*high).*coordinate))), from, to};
}

// Returns a power of ten as text: 0.1, 100, 10k.
std::string decade_text(double decade) {
  const char* const suffix = decade >= 6 ? "M" : decade >= 3 ? "k" : "";
  std::string text;
  append(text, "%g%s", std::pow(10, decade - (decade >= 6 ? 6 : decade >= 3 ? 3 : 0)), suffix);
  return text;
}

void append_chart(std::string& out, const Chart& chart, double left) {
  const double bottom = kHeight - kBottom, x_from = left + kLeft, x_to = left + kWidth - kRight;
  const Axis x = axis_of(chart.points, &ChartPoint::x, x_from, x_to);
  const Axis y = axis_of(chart.points, &ChartPoint::y, bottom, kTop);
  append(out, "<text x=\"%.0f\" y=\"18\" font-weight=\"bold\">%s</text>\n", left + 8, chart.title.c_str());
  append(out, "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\">%s</text>\n", (x_from + x_to) / 2, kHeight - 8,
         chart.x_label.c_str());
  for (double decade = x.least; decade <= x.most; ++decade) {
    const double at = x.at(std::pow(10, decade));
    append(out, "<path d=\"M%.1f %.0fV%.0f\" stroke=\"#ddd\"/>", at, kTop, bottom);
    append(out, "<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">%s</text>\n", at, bottom + 15,
           decade_text(decade).c_str());
  }
  for (double decade = y.least; decade <= y.most; ++decade) {
    const double at = y.at(std::pow(10, decade));
    append(out, "<path d=\"M%.0f %.1fH%.0f\" stroke=\"#ddd\"/>", x_from, at, x_to);
    append(out, "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", x_from - 5, at + 4,
           decade_text(decade).c_str());
  }
  out += "<polyline fill=\"none\" stroke=\"#0b62a4\" stroke-width=\"2\" points=\"";
  for (const ChartPoint& point : chart.points) append(out, "%.1f,%.1f ", x.at(point.x), y.at(point.y));
  out += "\"/>\n";
  for (const ChartPoint& point : chart.points)
    append(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"#0b62a4\"/>\n", x.at(point.x), y.at(point.y));
}

}  // namespace

std::string svg(const std::vector<Chart>& charts) {
  const double width = kWidth * static_cast<double>(charts.size());
  std::string out;
  append(out,
         "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" font-family=\"sans-serif\" "
         "font-size=\"11\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
         width, kHeight);
  for (size_t i = 0; i < charts.size(); ++i) append_chart(out, charts[i], kWidth * static_cast<double>(i));
  return out + "</svg>\n";
}

}  // namespace penstock
