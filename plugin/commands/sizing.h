// What a stream must have for so many log events a second, by the ways in which the output packs them:
// docs/sizing.md, whose tables are what is computed here.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/status.h"
#include "plugin/abi/command.h"
#include "plugin/settings/connection.h"

namespace penstock::plugin {

// What a way of packing made of a corpus of Lambda logs, as penstock-bench-put-records measures it.
struct PackingFigures {
  std::string_view aggregate;  // as the options of these names have it
  std::string_view compression;
  double records;  // that 1,000 events become
  double bytes;    // of what is sent for an event, partition key included
  double units;    // of 25 KiB, for 1,000 events
};
std::span<const PackingFigures> packing_figures();
inline constexpr double kMeasuredEventBytes = 505;  // of an event in that corpus, partition key included

// All but shards in means.
struct Sizing {
  double records_per_second;
  double bytes_per_second;
  int64_t shards;                  // at 1,000 records/s and 1 MB/s each, with nothing to spare
  double units_per_second;         // PUT payload units, by which a provisioned stream is billed
  double billed_bytes_per_second;  // of an on-demand stream
};
// event_bytes: of an event, partition key included. Events of another size than the measured are taken to be
// packed and compressed alike.
Sizing sizing_of(const PackingFigures& figures, double events_per_second, double event_bytes);

// The command of the output stage: prints this for its options. Code::config where no figures are known.
Status print_sizing(const penstock_host& host, const Options& options, const Options& arguments,
                    const Printer& print);

inline constexpr std::array kSizingArguments = {
    required_option("events_per_second", "NUMBER", "Log events that come to the output in a second."),
    option("event_bytes", "size", "505",
           "Mean size of what the output is given for an event, partition key included. The default is that of "
           "the logs that the figures were measured on."),
};
inline constexpr Command kSizingCommand = {
    "sizing",
    "Prints records, bytes, shards and billed units a second that the stream must take, as the output's options "
    "pack the log events. Calls nobody.",
    kSizingArguments, print_sizing};

}  // namespace penstock::plugin
