// Commands for positions in a lease table.
#pragma once

#include "plugin/abi/command.h"
#include "plugin/settings/input_settings.h"

namespace penstock::plugin {

// print_leases() of plugin/commands/input_commands.h, if settings name a table.
Status print_table(const penstock_host& host, const Options& options, const InputSettings& settings,
                   const Printer& print);

}  // namespace penstock::plugin
