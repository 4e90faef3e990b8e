// How a shared object for Fluent Bit describes itself through the ABI: as one stage, with all options that a
// section of the agent's conf may have. For `penstock check --agent fluent-bit` and `penstock plugins`; create()
// always fails.
#pragma once

#include <string>
#include <vector>

#include "abi/penstock.h"
#include "fluentbit/agent/config_section.h"

namespace penstock::fluentbit {

struct StageName {
  int32_t kind;
  const char* id;
};

struct Description {
  int32_t kind;
  const char* id;
  const char* summary;
  OptionTable own;
  std::vector<StageName> stages;  // in libpenstock.so; the section may also contain their options
  // Returns problems with combinations of own options, one per line, each with a code. complaint() has accepted
  // each option by itself. nullptr: no combination is invalid.
  std::string (*together)(const ConfigSection& own) = nullptr;
};

// Defined once in each shared object. Does not open libpenstock.so.
const Description& description();

}  // namespace penstock::fluentbit
