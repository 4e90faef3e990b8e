// What an input's options require of the agent.
#pragma once

#include <string>

#include "fluentbit/agent/agent.h"
#include "fluentbit/agent/config_section.h"

namespace penstock::fluentbit {

// What an input instance finds in the agent.
struct Surroundings {
  AgentThread thread;  // the instance's thread
  bool append;         // the agent exports flb_input_log_append
  bool metadata;       // log events have metadata
  bool told_which;     // the callback identifies the instance
};

// Returns the problems with the own options that do not depend on the agent, one per line, or "".
std::string wrong_together(const ConfigSection& own);

// Returns why the section cannot work in this agent and what to write instead, one per line; "" if it can.
// REQUIRES: section.problems() is empty.
std::string check_requirements(const ConfigSection& section, const Surroundings& surroundings);

// Returns what the user must know about the chosen checkpoint_after, or "".
std::string caution(const ConfigSection& section);

}  // namespace penstock::fluentbit
