#include "tests/soak/flat.h"

#include <algorithm>
#include <cstddef>

namespace penstock::soak {

namespace {

// Returns the median of the samples [begin, end), the upper one of two.
double median(const std::vector<double>& samples, size_t begin, size_t end) {
  std::vector<double> some(samples.begin() + static_cast<std::ptrdiff_t>(begin),
                           samples.begin() + static_cast<std::ptrdiff_t>(end));
  const auto middle = some.begin() + static_cast<std::ptrdiff_t>(some.size() / 2);
  std::nth_element(some.begin(), middle, some.end());
  return *middle;
}

}  // namespace

Thirds thirds(const std::vector<double>& samples, Margin margin) {
  const size_t third = samples.size() / 3, last = samples.size() - third;
  Thirds out{median(samples, 0, third), median(samples, third, last), median(samples, last, samples.size()), 0};
  out.allowed = out.second * (1 + margin.share) + margin.more;
  return out;
}

}  // namespace penstock::soak
