// Where a check has several problems to report, and not only the first.
#pragma once

#include <functional>

#include "base/status.h"

namespace penstock {

// Takes the result of a check; an ok status is not a problem.
using Complain = std::function<void(const Status& status)>;

// Returns the value of read(complain), or the first problem that it complains of.
template <typename Read>
auto or_first_problem(const Read& read) -> Result<decltype(read(Complain()))> {
  Status first;
  auto value = read(Complain([&first](const Status& status) {
    if (first.ok()) first = status;
  }));
  if (!first.ok()) return first;
  return value;
}

}  // namespace penstock
