// What a conf for Fluent Bit may hold that is not for this program: keys that the agent keeps for itself,
// sections, and the options of our own files for it. So one conf runs in both. The keys are those of Fluent
// Bit 5.1 (flb_input.c, flb_filter.c, flb_output.c, flb_config.c there); older versions have fewer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/conf/conf.h"

namespace penstock::host {

struct AgentKey {
  std::string_view name;     // in small letters; "net.*" stands for all that begin with "net."
  std::string_view refusal;  // why a conf with it does not run here; "": it is without use here, and does no harm
  std::string_view harmless = {};  // values that are accepted in silence, separated by "|"
};

// The key of the agent's own in a section of that kind (PENSTOCK_INPUT, _FILTER, _OUTPUT), or nullptr. Not among
// them are those that mean the same here: Name, Tag, Match, Match_Regex, Alias.
const AgentKey* agent_key(int32_t kind, std::string_view key);

// Their names, less those that end with "*": for suggestions.
std::vector<std::string> agent_key_names(int32_t kind);

// The key of the agent's own in [SERVICE], or nullptr. Not among them are those that mean the same here: Grace,
// Log_Level, Plugins_File.
const AgentKey* agent_service_key(std::string_view key);

// The option that the stage of that name has in the agent alone, or nullptr: of our files for it, beside those of
// the stages behind them, but for transform (agent_transform.h); of the agent's own stdout. id: of the stage.
const AgentKey* agent_stage_option(int32_t kind, std::string_view id, std::string_view key);

// Adds what the writer of a conf should know of such a key here: a warning, or what keeps the conf from running.
void tell_of_agent_key(const AgentKey& key, const Entry& entry, std::vector<Problem>& problems);

// The agent's own section beside [SERVICE], [INPUT], [FILTER] and [OUTPUT], or nullptr.
const AgentKey* agent_section(std::string_view name);

}  // namespace penstock::host
