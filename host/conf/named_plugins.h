// The plugins that a conf names.
#pragma once

#include <vector>

#include "host/conf/conf.h"

namespace penstock::host {

// Returns the paths of all plugins, as written, in the order in which the agent opens them: those in each
// Plugins_File of [SERVICE], then those of plugins:. A Plugins_File is relative to the file that names it, and may
// be classic or YAML.
std::vector<Entry> named_plugins(const Conf& conf, const Environment& environment, ConfFor reader,
                                 std::vector<Problem>& problems);

}  // namespace penstock::host
