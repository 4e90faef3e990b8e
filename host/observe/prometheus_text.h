// Writing of metrics as text, for Prometheus and everything that reads its format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace penstock::host {

// prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4.
// openmetrics: https://prometheus.io/docs/specs/om/open_metrics_spec/, version 1.0.0.
enum class MetricsFormat { prometheus, openmetrics };

enum class MetricType { counter, gauge, histogram };

// The number value / divisor, which is written exactly.
struct MetricValue {
  int64_t value;
  int64_t divisor = 1;  // a power of ten
};

// The bounds and the sum are divided by divisor.
struct MetricHistogram {
  std::span<const int64_t> upper_bounds;
  std::span<const int64_t> counts;  // one more than upper_bounds; not cumulative
  int64_t sum;
  int64_t divisor = 1;
};

struct MetricLabel {
  std::string_view name;   // [a-zA-Z_][a-zA-Z0-9_]*
  std::string_view value;  // any bytes; escaped when written
};

// A page of metric families. The samples of a family stay together, in whatever order they are added. The memory
// of a page is kept for the next one, because pages of a thousand shards, allocated again and again, fragment the
// heap.
class PrometheusText {
 public:
  explicit PrometheusText(MetricsFormat format) : format_(format) {}

  // Begins a page without samples.
  void start(MetricsFormat format);

  // Returns the index of the family with that name, and adds it if it is new. name: of a counter, without the
  // suffix _total, which is added. help: used if the family is new.
  size_t family(MetricType type, std::string_view name, std::string_view help);
  void add_sample(size_t family, std::span<const MetricLabel> labels, MetricValue value);
  // REQUIRES: family is one of histograms.
  void add_histogram(size_t family, std::span<const MetricLabel> labels, const MetricHistogram& histogram);

  // Adds a family with one sample.
  void add(MetricType type, std::string_view name, std::string_view help, MetricValue value);

  // Returns the page: every family that has a sample.
  std::string finish() const;

  static std::string_view content_type(MetricsFormat format);

 private:
  struct Family {
    MetricType type;
    std::string name;
    std::string help;
    std::string text;  // "": no sample in this page
  };

  void append_sample(Family& family, std::string_view suffix, std::span<const MetricLabel> labels,
                     std::string_view upper_bound, MetricValue value) const;
  void append_header(Family& family) const;

  MetricsFormat format_;
  std::vector<Family> families_;
  std::map<std::pair<MetricType, std::string>, size_t, std::less<>> by_name_;
};

}  // namespace penstock::host
