// The options of the input penstock_kinesis, and the settings made from them.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "core/kinesis/input/input.h"
#include "core/kinesis/input/local_assignment.h"
#include "core/kinesis/stream_name.h"
#include "plugin/abi/options.h"
#include "plugin/settings/connection.h"
#include "plugin/settings/dead_letter_settings.h"
#include "plugin/settings/lease_settings.h"
#include "plugin/settings/record_format.h"

namespace penstock::plugin {

// The stream option also accepts an ARN.
constexpr auto input_connection_options() {
  auto options = kConnectionOptions;
  for (penstock_option_info& info : options)
    if (std::string_view(info.name) == "stream")
      info = option("stream", "list", nullptr,
                    "Name of the Kinesis data stream, or its ARN as for a stream of another account or region. "
                    "Several, set apart by commas, are read side by side.");
  return options;
}

inline constexpr auto kInputOptions = joined(
    joined(joined(input_connection_options(), kLeaseOptions),
           dead_letter_options(
               "Where records go that cannot be understood, with the reason. file: JSON Lines, fsynced "
               "before the checkpoint passes them; while it cannot be written the checkpoint waits. "
               "drop: they are lost, and counted.")),
    std::array{
        option("stream_arn", "list", nullptr,
               "ARN of the stream, or several; the same as stream, which takes names too."),
        option("shards", "list", nullptr,
               "Ids of the shards to read, set apart by commas, and of no other. Left out: all, and those that "
               "come of them."),
        required_option(
            "checkpoint", "memory|file:PATH|dynamodb|dynamodb:TABLE",
            "Where the position is kept. file: replaced as a whole, and fsynced, every checkpoint_interval. "
            "dynamodb: in a table by whose leases any number of workers share the shards out, also with workers "
            "of "
            "the Kinesis Client Library 2.x. "
            "memory: lost with the process, which begins at initial_position again."),
        option("initial_position", "trim_horizon|latest|at_timestamp:TIME", "trim_horizon",
               "Where to begin without a checkpoint: the oldest record kept, or those that come after the first "
               "start, or after a time like 2026-01-31T08:00:00Z."),
        option("poll_interval", "duration", "1s", "Pause between reads of a shard that has nothing new."),
        option("max_records", "NUMBER", "10000", "Most records to ask for in a call, 10000 at most."),
        option("checkpoint_interval", "duration", "5s",
               "How often the checkpoint is saved where it has moved. After a crash what came since is read "
               "again."),
        option("stuck_warning", "duration", "5m",
               "A record that is not settled for that long, so that the checkpoint waits for it, is told by shard "
               "and sequence number."),
        option(
            "format", kRecordFormats, "auto",
            "What the records are. cloudwatch_logs: subscription messages; all else goes to on_failure. raw: each "
            "is one event, as it is, with its time of arrival. auto: gzip data and JSON objects with messageType "
            "DATA_MESSAGE or CONTROL_MESSAGE are messages, also where they are damaged; all else is raw."),
        option(
            "deaggregate", "on|off", "on",
            "Whether records that the KPL aggregated are taken apart into its user records, which are then each a "
            "record of the format."),
        option(
            "hash_range_rule", "on|off", "on",
            "on: a user record whose hash key lies outside its shard's range is left out, and counted: after a "
            "reshard the KPL sends it again, to the shard where it belongs. off: all are given out, as is right "
            "where something else than the KPL aggregates."),
        option("record_retry_limit", "none|NUMBER", "none",
               "After so many times emitted again in vain, every 100ms, a record goes to on_failure. none: it is "
               "tried for as long as it takes."),
        option("max_record_age", "none|DURATION", "none",
               "A record that arrived in the stream longer ago goes to on_failure and is not emitted."),
        option("inflate_limit", "size", "16M",
               "Largest text that one record may inflate to; a larger one goes to on_failure."),
        option("extracted_fields", "on|off", "off",
               "Keep what CloudWatch Logs extracted from an event, for the filter to add. The account and the "
               "region in it are read either way."),
    });

// The settings in the options.
struct InputSettings {
  std::vector<kinesis::StreamName> streams;
  LeaseSettings leases;                          // if the checkpoint is a lease table
  kinesis::LocalAssignment::Options assignment;  // otherwise
  kinesis::InputOptions input;
};

// Reads the settings. Reports options that contradict each other or cannot be used.
InputSettings read_input_settings(const Options& options, const Complain& complain);
// Returns Code::config with the first problem.
Result<InputSettings> read_input_settings(const Options& options);

}  // namespace penstock::plugin
