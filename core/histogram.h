// A histogram of what a stage observes, such as the duration of its calls.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace penstock {

// Counts observations between bounds, as penstock_histogram does. observe() neither allocates nor locks. REQUIRES:
// kUpperBounds is a constexpr std::array<int64_t, N> in increasing order.
template <const auto& kUpperBounds>
class Histogram {
 public:
  void observe(int64_t value) {
    const auto bucket = std::lower_bound(kUpperBounds.begin(), kUpperBounds.end(), value) - kUpperBounds.begin();
    ++counts_[static_cast<size_t>(bucket)];
    ++count_;
    sum_ += value;
  }

  int64_t count() const { return count_; }
  int64_t sum() const { return sum_; }
  static constexpr const auto& upper_bounds() { return kUpperBounds; }
  const auto& counts() const { return counts_; }  // one more than bounds: the last has no bound

 private:
  std::array<int64_t, kUpperBounds.size() + 1> counts_ = {};
  int64_t count_ = 0;
  int64_t sum_ = 0;
};

}  // namespace penstock
