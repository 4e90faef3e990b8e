// `penstock check --agent fluent-bit`: checks our sections in a conf for Fluent Bit, which itself does not report
// unknown keys in them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "host/conf/conf.h"

namespace penstock::host {

struct AgentCheck {
  std::vector<Problem> problems;  // sorted by file and line
  size_t inputs = 0;              // number of our sections
  size_t filters = 0;
  size_t outputs = 0;
};

// plugins: those of the command line, as passed to the agent with -e. Touches no network.
AgentCheck check_for_fluent_bit(const std::string& conf_file, const std::vector<std::string>& plugins,
                                const Environment& environment);

}  // namespace penstock::host
