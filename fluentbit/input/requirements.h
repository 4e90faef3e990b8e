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
  bool has_context;    // the callback identifies the instance
};

// Returns the problems with the own options that do not depend on the agent, one per line, each with a code,
// or "".
std::string wrong_together(const ConfigSection& own);

// Returns why the section cannot work in this agent and what to write instead, one per line, each with a code;
// "" if it can.
// REQUIRES: section.problems() is empty.
std::string check_requirements(const ConfigSection& section, const Surroundings& surroundings);

// Returns a warning about the chosen checkpoint_after, with a code, or "".
std::string caution(const ConfigSection& section);

}  // namespace penstock::fluentbit
