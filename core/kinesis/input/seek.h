// Shows and moves the positions in a checkpoint.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "core/kinesis/input/checkpoint.h"
#include "core/kinesis/input/shard_position.h"
#include "core/kinesis/stream_name.h"

namespace penstock::kinesis {

// Parses "trim_horizon", "latest" (records that arrive after now_ms, Unix time), a time such as
// 2026-01-31T08:00:00Z, or the sequence number of the last record to count as settled. Returns Code::config for
// anything else.
Result<ReadFrom> parse_seek_target(std::string_view text, int64_t now_ms);

// Returns text for messages, such as "from 2026-01-31T08:00:00.000Z" or "SHARD_END".
std::string to_string(const ReadFrom& from);

// Moves all shards of the streams, also those without a position. A stream that was deleted and created again
// under the same name is accepted from then on. Returns the changes, one per line; Code::config for a sequence
// number, which belongs to a single shard.
Result<std::vector<std::string>> seek_all(Checkpoint& checkpoint, const std::vector<StreamName>& streams,
                                          const ReadFrom& to);

// Moves one shard, "shardId-000000000000", or "STREAM/shardId-000000000000" if there are several streams. Returns
// Code::config if it has no position.
Result<std::vector<std::string>> seek_shard(Checkpoint& checkpoint, const std::vector<StreamName>& streams,
                                            std::string_view shard, const ReadFrom& to);

// Returns text for messages: the name or ARN of the stream, and its creation time.
std::string to_string(const StreamIdentity& stream);

// Returns the identity of a stream as far as the name gives it.
StreamIdentity identity_of(const StreamName& name);

}  // namespace penstock::kinesis
