// Declares the options of a plugin file to the agent, which then rejects unknown keys and prints the options with
// -h.
#pragma once

#include <cstddef>

#include "fluentbit/agent/proxy_abi.h"

namespace penstock::fluentbit {

// Sets the definition's config_map, if the agent reads it: since 5.1.1. In older agents, the struct ends before
// that member. No version number is known at this time, so two facts decide: the size of the block that the agent
// allocated for the struct, and the layout of an array of options that the agent exports.
void declare_options(proxy::Definition* definition);

// Returns whether an object of that size is an array of ConfigMapEntry. Reads nothing outside of it.
inline bool is_config_map(const void* object, size_t bytes) {
  const size_t count = bytes / sizeof(proxy::ConfigMapEntry);
  if (count < 2 || bytes % sizeof(proxy::ConfigMapEntry) != 0) return false;
  const auto* const entries = static_cast<const proxy::ConfigMapEntry*>(object);
  for (size_t i = 0; i + 1 < count; ++i)
    if (entries[i].name == nullptr || entries[i].description == nullptr) return false;
  return entries[count - 1].name == nullptr && entries[count - 1].description == nullptr;
}

}  // namespace penstock::fluentbit
