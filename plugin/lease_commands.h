// What an operator may ask about positions in a table of leases.
#pragma once

#include "plugin/command.h"
#include "plugin/input_settings.h"

namespace penstock {

// As print_leases() of plugin/input_commands.h, where settings name a table.
Status print_table(const penstock_host& host, const Options& options, const InputSettings& settings,
                   const Printer& print);

}  // namespace penstock
