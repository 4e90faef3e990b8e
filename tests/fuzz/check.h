// Reports for the fuzzers if a property does not hold.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"

namespace penstock {

// Ends the run with `what` and `about`, unless `holds`.
inline void check(bool holds, const char* what, std::string_view about = {}) {
  if (holds) return;
  std::fprintf(stderr, "fuzzer: not so: %s: \"%s\"\n", what, printable(about, 4000).c_str());
  std::abort();
}

}  // namespace penstock
