// Whether what was measured again and again has stayed flat.
#pragma once

#include <vector>

namespace penstock::soak {

// What the last third may have over the second: this share of it, and this much more.
struct Margin {
  double share;
  double more;
};

// Medians: a single sample says nothing.
struct Thirds {
  double first;  // of which nothing is asked: buffers fill, connections are made
  double second;
  double last;
  double allowed;  // the most that last may be
  bool is_flat() const { return last <= allowed; }
};

// At least six samples, evenly spread over the time.
Thirds thirds(const std::vector<double>& samples, Margin margin);

}  // namespace penstock::soak
