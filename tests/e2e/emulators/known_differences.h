// Where the emulators differ from what the service documents. A row that no longer applies fails its test, so that
// the table stays correct.
#pragma once

#include <string>

namespace penstock::emulators {

struct Difference {
  const char* backend;
  const char* check;
  const char* observed;
  const char* documented;  // from the service's documentation, shortened
};

// Returns nullptr if no difference is known.
const Difference* known_difference(const std::string& backend, const std::string& check);

}  // namespace penstock::emulators
