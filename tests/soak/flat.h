// Checks that repeated measurements do not grow.
#pragma once

#include <vector>

namespace penstock::soak {

// How much the last third may exceed the second: by this share of it plus this amount.
struct Margin {
  double share;
  double more;
};

// Medians, because a single sample says nothing.
struct Thirds {
  double first;  // without a limit: buffers fill and connections are opened
  double second;
  double last;
  double allowed;  // the highest allowed value of `last`
  bool is_flat() const { return last <= allowed; }
};

// REQUIRES: at least six samples, evenly spread over the time.
Thirds thirds(const std::vector<double>& samples, Margin margin);

}  // namespace penstock::soak
