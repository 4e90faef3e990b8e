// Moving positions in a table of leases.
#pragma once

#include "plugin/abi/command.h"
#include "plugin/settings/input_settings.h"

namespace penstock::plugin {

// As seek() of plugin/commands/input_commands.h, where settings name a table. All of a stream is moved as a first
// start would begin there: leases that it lacks are made, and those of one of its name that was deleted go.
Status seek_in_table(const penstock_host& host, const Options& options, const InputSettings& settings,
                     const Options& arguments, const Printer& print);

}  // namespace penstock::plugin
