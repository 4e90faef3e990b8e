// Support for checks that report all the problems that they find, not only the first.
#pragma once

#include <functional>

#include "base/status.h"

namespace penstock {

// Receives the result of a check; an ok status is not a problem.
using Complain = std::function<void(const Status& status)>;

// Returns the value of read(complain), or the first problem that read passes to complain.
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
