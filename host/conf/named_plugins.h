// Which plugins a conf names.
#pragma once

#include <vector>

#include "host/conf/conf.h"

namespace penstock::host {

// The paths of all plugins as they are written, in the order in which the agent opens them: those of each
// Plugins_File of [SERVICE], then those of plugins:. A Plugins_File is relative to the file that names it, and may
// be classic or YAML.
std::vector<Entry> named_plugins(const Conf& conf, const Environment& environment, ConfFor reader,
                                 std::vector<Problem>& problems);

}  // namespace penstock::host
