// Where the emulators differ from what the service documents. A row that no longer holds fails its test, so
// that the table stays true.
#pragma once

#include <string>

namespace penstock::emulators {

struct Difference {
  const char* backend;
  const char* check;
  const char* observed;
  const char* documented;  // the service's documentation, in short
};

// nullptr where none is known.
const Difference* known_difference(const std::string& backend, const std::string& check);

}  // namespace penstock::emulators
