// libpenstock.so, opened at run time from the folder of the shared objects for Fluent Bit.
#pragma once

#include <cstdint>
#include <string>

#include "abi/penstock.h"

namespace penstock::fluentbit {

struct PenstockModule {
  const penstock_module* module = nullptr;
  std::string problem;  // why module is null, and what to do; with a code

  // Returns the stage with that kind and id; nullptr if not found, or if the library could not be opened.
  const penstock_stage* find(int32_t kind, const char* id) const;
  // The same; if not found, sets missing to the reason and what to do, with a code.
  const penstock_stage* find(int32_t kind, const char* id, std::string& missing) const;
};

// [thread-safe] Returns the library, which the first call opens; the same for the life of the process.
const PenstockModule& penstock_library();

}  // namespace penstock::fluentbit
