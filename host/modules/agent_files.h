// Our files for Fluent Bit, each known by its name, as the agent itself tells plugins apart.
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
  const char* stage;  // Name of its sections
};

inline constexpr std::array<AgentFile, 3> kAgentFiles = {{
    {"penstock-in-kinesis.so", PENSTOCK_INPUT, "penstock_kinesis"},
    {"flb-filter_lambda_logs.so", PENSTOCK_FILTER, "lambda_logs"},
    {"penstock-out-kinesis.so", PENSTOCK_OUTPUT, "penstock_kinesis"},
}};

// The one that a path names, or nullptr.
const AgentFile* agent_file(std::string_view path);

// The libpenstock.so beside it.
std::string library_beside(std::string_view path);

}  // namespace penstock::host
