// What an operator may ask about positions in a table of leases.
#pragma once

#include "plugin/abi/command.h"
#include "plugin/settings/input_settings.h"

namespace penstock::plugin {

// As print_leases() of plugin/commands/input_commands.h, where settings name a table.
Status print_table(const penstock_host& host, const Options& options, const InputSettings& settings,
                   const Printer& print);

}  // namespace penstock::plugin
