// What the options of an input need of the agent.
#pragma once

#include <string>

#include "fluentbit/agent/agent.h"
#include "fluentbit/agent/config_section.h"

namespace penstock::fluentbit {

// What an input instance finds in the agent.
struct Surroundings {
  AgentThread thread;  // on which it is
  bool append;         // the agent exports flb_input_log_append
  bool metadata;       // log events have metadata
  bool told_which;     // the callback says for which instance it is called
};

// What is wrong with the own options whatever the agent, a line each; "": nothing.
std::string wrong_together(const ConfigSection& own);

// Why the section cannot work there, with what to write instead, a line each; "": it can. The section has no
// problems() of its own.
std::string check_requirements(const ConfigSection& section, const Surroundings& surroundings);

// What the user must know of the checkpoint_after that he has chosen; "": nothing.
std::string caution(const ConfigSection& section);

}  // namespace penstock::fluentbit
