// libpenstock.so, as the files for Fluent Bit use it: opened at run time, from the folder where they lie.
#pragma once

#include <cstdint>
#include <string>

#include "abi/penstock.h"

namespace penstock::fluentbit {

struct PenstockModule {
  const penstock_module* module = nullptr;
  std::string problem;  // why there is no module, and what to do

  // By kind and id; nullptr: this library has none, or there is no library.
  const penstock_stage* find(int32_t kind, const char* id) const;
  // The same. Where there is none, missing is why, and what to do.
  const penstock_stage* find(int32_t kind, const char* id, std::string& missing) const;
};

// [thread-safe] The same for all the life of the process; the library is opened by the first call.
const PenstockModule& library();

}  // namespace penstock::fluentbit
