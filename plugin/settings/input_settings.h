// The options of the input penstock_kinesis, and the settings made from them.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "core/kinesis/input/input.h"
#include "core/kinesis/input/local_assignment.h"
#include "core/kinesis/queue/queue_input.h"
#include "core/kinesis/queue/queue_name.h"
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
                    "Name of the Kinesis data stream, or its ARN, for example if it is in another account or "
                    "region. Several comma-separated streams are read in parallel.");
  return options;
}

inline constexpr const char* kCheckpointType = "memory|file:PATH|dynamodb|dynamodb:TABLE";

inline constexpr auto kInputOptions = joined(
    joined(
        joined(input_connection_options(), kLeaseOptions),
        dead_letter_options("Where to put records that cannot be decoded or processed, with the reason. file: a "
                            "JSON Lines file, fsynced before the checkpoint passes the records; while it cannot "
                            "be written, the checkpoint waits. drop: the records are lost, and counted. queue, "
                            "only with queue_arn: the records are not acknowledged, so that the queue makes them "
                            "dead letters of its own after MaxReceiveCount receives.",
                            "drop|file:PATH|queue")),
    std::array{
        option(
            "stream_arn", "list", nullptr,
            "ARN of the stream, or several comma-separated ARNs. The same as stream, which also accepts names."),
        option("queue_arn", "text", nullptr,
               "ARN of a queue on a stream, instead of stream. Any number of workers share its records, without a "
               "checkpoint and without order; each record is acknowledged when it is delivered. The region is "
               "that of the ARN."),
        option("shards", "list", nullptr,
               "Comma-separated IDs of the shards to read, and no others. Default: all shards, including those "
               "that a reshard creates."),
        option("checkpoint", kCheckpointType, nullptr,
               "Where to keep the positions; required without queue_arn. file: a file that is replaced "
               "atomically, and fsynced, "
               "every checkpoint_interval. dynamodb: a lease table, through which any number of workers "
               "share the shards, including workers of the Kinesis Client Library 2.x. memory: nothing "
               "is saved; a new process starts at initial_position again."),
        option("initial_position", "trim_horizon|latest|at_timestamp:TIME", "trim_horizon",
               "Where to start without a checkpoint. trim_horizon: at the oldest record in the stream. latest: at "
               "the first record that arrives after the first start. at_timestamp: at the first record that "
               "arrived at or after a time such as 2026-01-31T08:00:00Z."),
        option("poll_interval", "duration", "1s", "Pause between reads of a shard that has no new records."),
        option("max_records", "NUMBER", "10000", "Maximum number of records to request in one call, 1 to 10000."),
        option("checkpoint_interval", "duration", "5s",
               "Time between saves of the checkpoint, if it has advanced. After a crash, the records since the "
               "last save are read again."),
        option("stuck_warning", "duration", "5m",
               "Time after which a record that is still not settled, so that the checkpoint waits for it, is "
               "logged with its shard and sequence number."),
        option("format", kRecordFormats, "auto",
               "Format of the records. cloudwatch_logs: subscription messages; anything else goes to on_failure. "
               "raw: each record is one event, unchanged, with its arrival time. auto: gzip data and JSON objects "
               "with messageType DATA_MESSAGE or CONTROL_MESSAGE are subscription messages, even if they are "
               "damaged; anything else is raw."),
        option("deaggregate", "on|off", "on",
               "on: split a record that the KPL aggregated into its user records, and treat each as a record of "
               "the format. off: treat it as one record."),
        option(
            "hash_range_rule", "on|off", "on",
            "on: skip and count a user record whose hash key is outside its shard's hash key range. After a "
            "reshard, the KPL sends such a record again, to the right shard. Does not apply while the service "
            "chooses the shards (record distribution strategy AUTO). off: emit all user records, which is right "
            "if something other than the KPL aggregates the records."),
        option("record_retry_limit", "none|NUMBER", "none",
               "Number of retries, one every 100ms, after which a record that the next stage rejects goes to "
               "on_failure. none: retry without limit."),
        option("max_record_age", "none|DURATION", "none",
               "Maximum age of a record, since its arrival in the stream. An older record goes to on_failure and "
               "is not emitted. none: no limit."),
        option("inflate_limit", "size", "16M",
               "Maximum decompressed size of one record; a larger record goes to on_failure."),
        option("extracted_fields", "on|off", "off",
               "on: keep the fields that CloudWatch Logs extracted from an event, for the filter to add. The "
               "account, region, and log group of the source in them are read in either case."),
        option("top_log_groups", "NUMBER", "20",
               "Number of log groups, those with the most bytes in the last minutes, for which the metrics show "
               "events and bytes, 1 to 500."),
    });

// The settings in the options.
struct InputSettings {
  std::vector<kinesis::StreamName> streams;      // empty with a queue
  LeaseSettings leases;                          // if the checkpoint is a lease table
  kinesis::LocalAssignment::Options assignment;  // otherwise
  kinesis::InputOptions input;
  std::optional<kinesis::QueueName> queue;  // if the input is one of a queue, with the options:
  kinesis::QueueInputOptions of_queue;

  // Returns what the region of the connection comes from: the streams, or the queue in the form of one.
  std::vector<kinesis::StreamName> sources() const {
    if (!queue) return streams;
    return {{queue->arn, queue->id, queue->region, queue->account}};
  }
};

// Reads the settings. Reports options that contradict each other or cannot be used.
InputSettings read_input_settings(const Options& options, const Complain& complain);
// Returns Code::config with the first problem.
Result<InputSettings> read_input_settings(const Options& options);

}  // namespace penstock::plugin
