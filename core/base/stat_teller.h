// Statistics, told one by one.
#pragma once

#include <cstdint>

#include "abi/penstock.h"

namespace penstock {

// Names, units and helps are constant text.
class StatTeller {
 public:
  StatTeller(penstock_stat_fn stat, void* stat_ctx) : stat_(stat), stat_ctx_(stat_ctx) {}

  void counter(const char* name, const char* unit, const char* help, int64_t value) const {
    tell_one(PENSTOCK_COUNTER, name, unit, help, value);
  }
  void gauge(const char* name, const char* unit, const char* help, int64_t value) const {
    tell_one(PENSTOCK_GAUGE, name, unit, help, value);
  }

 private:
  void tell_one(int32_t kind, const char* name, const char* unit, const char* help, int64_t value) const {
    const penstock_stat one = {sizeof(penstock_stat), kind, name, unit, help, value};
    stat_(stat_ctx_, &one);
  }

  penstock_stat_fn stat_;
  void* stat_ctx_;
};

}  // namespace penstock
