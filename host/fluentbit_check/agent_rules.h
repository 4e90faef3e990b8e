// What is legal in a section of ours in a conf for Fluent Bit, and yet loses records, blocks the agent, or does
// nothing. The facts are those of Fluent Bit 5.1 (flb_input.c, flb_output.c, flb_storage.c, flb_plugin_proxy.c).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "host/conf/conf.h"

namespace penstock::host {

// A section of ours, as the agent sees it.
struct AgentSection {
  const Section& section;
  const penstock_stage& stage;

  // The value of an option in small letters: what the section has, else the table's default, else "". An empty
  // value is none.
  std::string option(std::string_view key) const;
  // The value of a key that the agent keeps for itself, or nullptr: not set.
  const std::string* kept(std::string_view key) const;
};

// Adds what is wrong to problems. The whole conf is looked at for what goes with the section.
void check_agent_rules(const AgentSection& section, const Conf& conf, std::vector<Problem>& problems);

}  // namespace penstock::host
