// Moves positions in a lease table.
#pragma once

#include "plugin/abi/command.h"
#include "plugin/settings/input_settings.h"

namespace penstock::plugin {

// seek() of plugin/commands/input_commands.h, if settings name a table. Moves a whole stream as if a first start
// began there: creates missing leases, and deletes those of a deleted stream of the same name.
Status seek_in_table(const penstock_host& host, const Options& options, const InputSettings& settings,
                     const Options& arguments, const Printer& print);

}  // namespace penstock::plugin
