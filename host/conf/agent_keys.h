// What a conf for Fluent Bit may contain that this program does not use: keys that the agent reserves, sections,
// and options of our own shared objects for it. Accepting them lets one conf run in both. The keys are those of
// Fluent Bit 5.1 (its flb_input.c, flb_filter.c, flb_output.c and flb_config.c); older versions have fewer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/conf/conf.h"

namespace penstock::host {

struct AgentKey {
  std::string_view name;     // in lowercase; "net.*" matches all that begin with "net."
  std::string_view refusal;  // why a conf with it does not run here; "": it has no effect here, and does no harm
  std::string_view harmless = {};  // values that are accepted without a warning, separated by "|"
};

// Returns the agent's reserved key in a section of that kind (PENSTOCK_INPUT, _FILTER, _OUTPUT), or nullptr.
// Excludes the keys that mean the same here: Name, Tag, Match, Match_Regex, Alias.
const AgentKey* agent_key(int32_t kind, std::string_view key);

// Returns their names, without those that end with "*", for suggestions.
std::vector<std::string> agent_key_names(int32_t kind);

// Returns the agent's key in [SERVICE], or nullptr. Excludes the keys that mean the same here: Grace, Log_Level,
// Plugins_File.
const AgentKey* agent_service_key(std::string_view key);

// Returns the option that the stage `id` has only in the agent, or nullptr. These are the options that our shared
// objects add to those of their stages (except transform, see agent_transform.h), and those of the agent's own
// stdout.
const AgentKey* agent_stage_option(int32_t kind, std::string_view id, std::string_view key);

// Adds a problem for such a key: a warning, or an error if the conf cannot run here with it.
void add_agent_key_problem(const AgentKey& key, const Entry& entry, std::vector<Problem>& problems);

// Returns a section of the agent other than [SERVICE], [INPUT], [FILTER] and [OUTPUT], or nullptr.
const AgentKey* agent_section(std::string_view name);

}  // namespace penstock::host
