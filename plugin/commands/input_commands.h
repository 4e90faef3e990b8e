// Commands for the positions of the input penstock_kinesis.
#pragma once

#include <array>

#include "plugin/abi/command.h"
#include "plugin/settings/connection.h"

namespace penstock::plugin {

// seek: moves positions, or prints what it would do if yes is off. leases: prints the positions.
Status seek(const penstock_host& host, const Options& options, const Options& arguments, const Printer& print);
Status print_leases(const penstock_host& host, const Options& options, const Options& arguments,
                    const Printer& print);

inline constexpr std::array kSeekArguments = {
    option("shard", "text", nullptr, "Id of the one shard to move; STREAM/ID where there are several streams."),
    option("all", "on|off", "off",
           "All shards of all streams of the conf, also of a stream that was deleted and made again."),
    required_option("to", "text",
                    "trim_horizon, the oldest record kept; latest, what arrives from now on; a time like "
                    "2026-01-31T08:00:00Z, what arrived since; or a sequence number, what follows that record."),
    option("yes", "on|off", "off", "Do it. Without, it is only said what would be done."),
};

inline constexpr Command kSeekCommand = {
    "seek", "Moves the checkpoint, so that records are read again or passed over. Nothing else may be using it.",
    kSeekArguments, seek};
inline constexpr Command kLeasesCommand = {"leases",
                                           "Prints the checkpoint: how far each shard has been dealt with, by "
                                           "whom, and how far behind and how old that is.",
                                           {},
                                           print_leases};

}  // namespace penstock::plugin
