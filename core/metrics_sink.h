// Reporting of statistics to a penstock_stat_fn.
#pragma once

#include <cstdint>
#include <string_view>

#include "abi/penstock.h"
#include "base/bytes.h"

namespace penstock {

// A sink for one counter or gauge per call. REQUIRES: name, unit, and help are constant text. label is
// penstock_stat::label.
class MetricsSink {
 public:
  MetricsSink(penstock_stat_fn stat, void* stat_ctx) : stat_(stat), stat_ctx_(stat_ctx) {}

  void counter(const char* name, const char* unit, const char* help, int64_t value) const {
    emit(PENSTOCK_COUNTER, name, unit, help, value, {});
  }
  void gauge(const char* name, const char* unit, const char* help, int64_t value,
             std::string_view label = {}) const {
    emit(PENSTOCK_GAUGE, name, unit, help, value, label);
  }

 private:
  void emit(int32_t kind, const char* name, const char* unit, const char* help, int64_t value,
            std::string_view label) const {
    const penstock_stat one = {sizeof(penstock_stat), kind, name, unit, help, value, bytes(label)};
    stat_(stat_ctx_, &one);
  }

  penstock_stat_fn stat_;
  void* stat_ctx_;
};

}  // namespace penstock
