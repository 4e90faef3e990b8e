// Reporting of statistics to a penstock_stat_fn.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "abi/penstock.h"
#include "base/bytes.h"

namespace penstock {

// A sink for one statistic per call. REQUIRES: name, unit, and help are constant text, and names follow the rules
// of penstock_stat. The values of labels are printable.
class MetricsSink {
 public:
  using Labels = std::initializer_list<penstock_label>;

  MetricsSink(penstock_stat_fn stat, void* stat_ctx) : stat_(stat), stat_ctx_(stat_ctx) {}

  void counter(const char* name, const char* unit, const char* help, int64_t value, Labels labels = {}) const {
    emit(PENSTOCK_COUNTER, name, unit, help, value, labels, nullptr);
  }
  void gauge(const char* name, const char* unit, const char* help, int64_t value, Labels labels = {}) const {
    emit(PENSTOCK_GAUGE, name, unit, help, value, labels, nullptr);
  }
  // Reports a Histogram.
  template <typename Histogram>
  void histogram(const char* name, const char* unit, const char* help, const Histogram& values,
                 Labels labels = {}) const {
    const penstock_histogram buckets = {sizeof buckets, static_cast<uint32_t>(values.upper_bounds().size()),
                                        values.upper_bounds().data(), values.counts().data(), values.sum()};
    emit(PENSTOCK_HISTOGRAM, name, unit, help, values.count(), labels, &buckets);
  }

 private:
  void emit(int32_t kind, const char* name, const char* unit, const char* help, int64_t value, Labels labels,
            const penstock_histogram* histogram) const {
    std::string label;
    for (const penstock_label& one : labels) (label += label.empty() ? "" : "/") += view(one.value);
    const penstock_stat stat = {sizeof stat,
                                kind,
                                name,
                                unit,
                                help,
                                value,
                                bytes(label),
                                labels.begin(),
                                static_cast<uint32_t>(labels.size()),
                                sizeof(penstock_label),
                                histogram};
    stat_(stat_ctx_, &stat);
  }

  penstock_stat_fn stat_;
  void* stat_ctx_;
};

}  // namespace penstock
