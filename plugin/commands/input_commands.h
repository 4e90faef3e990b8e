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
    option("shard", "text", nullptr, "ID of the shard to move; STREAM/ID if there are several streams."),
    option("all", "on|off", "off",
           "on: move all shards of all streams in the configuration, including those of a stream that was deleted "
           "and created again."),
    required_option("to", "text",
                    "New position. trim_horizon: at the oldest record in the stream. latest: at the records that "
                    "arrive from now on. A time such as 2026-01-31T08:00:00Z: at the records that arrived since "
                    "then. A sequence number: after that record."),
    option("yes", "on|off", "off", "on: apply the change. off: only print what would change."),
};

inline constexpr Command kSeekCommand = {
    "seek",
    "Move the checkpoint, so that records are read again or skipped. Stop everything else that uses it first.",
    kSeekArguments, seek};
inline constexpr Command kLeasesCommand = {
    "leases", "Print the checkpoint: the position, owner, lag, and age of each shard.", {}, print_leases};

}  // namespace penstock::plugin
