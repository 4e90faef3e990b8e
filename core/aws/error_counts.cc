#include "core/aws/error_counts.h"

#include <algorithm>

namespace penstock::aws {

void ErrorCounts::add(std::string_view code) {
  const auto* const other = kCodes.end() - 1;
  const auto* const known = std::find(kCodes.begin(), other, code);
  ++counts_[static_cast<size_t>(known - kCodes.begin())];
}

}  // namespace penstock::aws
