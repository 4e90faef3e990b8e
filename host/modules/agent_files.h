// Our shared objects for Fluent Bit. Each is known by its file name, which is also how the agent distinguishes
// plugins.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "abi/penstock.h"

namespace penstock::host {

struct AgentFile {
  const char* name;
  int32_t kind;
  const char* stage;  // Name in its sections
};

inline constexpr std::array<AgentFile, 3> kAgentFiles = {{
    {"penstock-in-kinesis.so", PENSTOCK_INPUT, "penstock_kinesis"},
    {"flb-filter_lambda_logs.so", PENSTOCK_FILTER, "lambda_logs"},
    {"penstock-out-kinesis.so", PENSTOCK_OUTPUT, "penstock_kinesis"},
}};

// Returns the one that a path names, or nullptr.
const AgentFile* agent_file(std::string_view path);

// Returns the path of libpenstock.so in the same folder.
std::string library_next_to(std::string_view path);

}  // namespace penstock::host
