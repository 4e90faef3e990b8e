// What a file for Fluent Bit tells of itself through the ABI: the one stage that it is, with all the options that
// a section of the agent's conf may have. For `penstock check --agent fluent-bit` and `penstock plugins`; the
// stage cannot be made through it.
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
  std::vector<StageName> stages;  // of libpenstock.so, whose options the section may hold as well
  // What is wrong with own options that complaint() finds good, a line each; nullptr: nothing can be.
  std::string (*together)(const ConfigSection& own) = nullptr;
};

// Defined once in each file. Does not open libpenstock.so.
const Description& description();

}  // namespace penstock::fluentbit
