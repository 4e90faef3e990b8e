// `penstock check --agent fluent-bit`: the sections of ours in a conf for Fluent Bit, which itself tells of no
// unknown key in them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "host/conf/conf.h"

namespace penstock::host {

struct AgentCheck {
  std::vector<Problem> problems;  // in the order of files and lines
  size_t inputs = 0;              // sections of ours
  size_t filters = 0;
  size_t outputs = 0;
};

// plugins: of the command line, as the agent is given them with -e. Touches no network.
AgentCheck check_for_fluent_bit(const std::string& conf_file, const std::vector<std::string>& plugins,
                                const Environment& environment);

}  // namespace penstock::host
