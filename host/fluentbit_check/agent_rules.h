// Warns about legal settings in our sections of a conf for Fluent Bit that lose records, block the agent, or have
// no effect. The facts are those of Fluent Bit 5.1 (flb_input.c, flb_output.c, flb_storage.c, flb_plugin_proxy.c).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "host/conf/conf.h"

namespace penstock::host {

// One of our sections, as the agent sees it.
struct AgentSection {
  const Section& section;
  const penstock_stage& stage;

  // Returns the value of an option in lowercase: the section's, else the table's default, else "". An empty value
  // counts as unset.
  std::string option(std::string_view key) const;
  // Returns the value of a key that the agent reserves; nullptr if it is unset.
  const std::string* kept(std::string_view key) const;
};

// Adds problems with the section. Reads the whole conf for settings that interact with the section.
void check_agent_rules(const AgentSection& section, const Conf& conf, std::vector<Problem>& problems);

}  // namespace penstock::host
