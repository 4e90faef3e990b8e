// Estimates what a stream needs for a number of log events per second, depending on how the output packs them.
// docs/sizing.md has tables with the results.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/status.h"
#include "plugin/abi/command.h"
#include "plugin/settings/connection.h"

namespace penstock::plugin {

// Results of one way of packing for a corpus of Lambda logs, measured by penstock-bench-put-records.
struct PackingFigures {
  std::string_view aggregate;  // values of the options of these names
  std::string_view compression;
  double records;  // records per 1,000 events
  double bytes;    // bytes sent per event, including the partition key
  double units;    // of 25 KiB, per 1,000 events
};
std::span<const PackingFigures> packing_figures();
inline constexpr double kMeasuredEventBytes = 505;  // bytes per event in that corpus, including the partition key

// Estimated needs. All but shards are means.
struct Sizing {
  double records_per_second;
  double bytes_per_second;
  int64_t shards;                  // at 1,000 records/s and 1 MB/s each, with no headroom
  double units_per_second;         // PUT payload units, by which a provisioned stream is billed
  double billed_bytes_per_second;  // for an on-demand stream
};
// event_bytes: size of an event, including the partition key. Assumes that events of other sizes pack and compress
// like the measured ones.
Sizing sizing_of(const PackingFigures& figures, double events_per_second, double event_bytes);

// The output's command: prints the estimate for its options. Returns Code::config if no figures are available for
// them.
Status print_sizing(const penstock_host& host, const Options& options, const Options& arguments,
                    const Printer& print);

inline constexpr std::array kSizingArguments = {
    required_option("events_per_second", "NUMBER", "Number of log events per second that the output receives."),
    option("event_bytes", "size", "505",
           "Mean size of a log event as the output receives it, including the partition key. Default: that of the "
           "logs that the figures were measured on."),
};
inline constexpr Command kSizingCommand = {
    "sizing",
    "Estimate the records, bytes, shards, and billed units per second of the stream, for the way in which the "
    "output's options pack log events. Makes no calls.",
    kSizingArguments, print_sizing};

}  // namespace penstock::plugin
