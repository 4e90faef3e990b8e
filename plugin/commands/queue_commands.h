// Command for the queue of the input penstock_kinesis.
#pragma once

#include <array>

#include "plugin/abi/command.h"
#include "plugin/settings/connection.h"

namespace penstock::plugin {

// Prints the queue's state and dead letters, which stay visible; restores them if restore and yes are on.
Status print_queue(const penstock_host& host, const Options& options, const Options& arguments,
                   const Printer& print);

inline constexpr std::array kQueueArguments = {
    option("restore", "on|off", "off",
           "on: restore all visible dead letters, so that the queue delivers them again, MaxReceiveCount times at "
           "most. Correct the cause first."),
    option("yes", "on|off", "off", "on: apply restore. off: only print what would be restored."),
};

inline constexpr Command kQueueCommand = {
    "queue", "Print the state and the dead letters of a queue (queue_arn), or restore the dead letters.",
    kQueueArguments, print_queue};

}  // namespace penstock::plugin
