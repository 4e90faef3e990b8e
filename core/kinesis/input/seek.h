// Moving the positions that a checkpoint keeps, and showing them.
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

// "trim_horizon", "latest" (what arrives after now_ms, Unix time), a time like 2026-01-31T08:00:00Z, or a sequence
// number, whose record then counts as dealt with. Code::config for anything else.
Result<ReadFrom> parse_seek_target(std::string_view text, int64_t now_ms);

// For people: "TRIM_HORIZON", "from 2026-01-31T08:00:00.000Z", "behind 4959...", "SHARD_END".
std::string to_string(const ReadFrom& from);

// All shards of the streams, also those of which nothing is kept yet; what has been made again under their names
// is taken for them from now on. Code::config for a sequence number, which is of one shard. Returns what has
// changed, line by line.
Result<std::vector<std::string>> seek_all(Checkpoint& checkpoint, const std::vector<StreamName>& streams,
                                          const ReadFrom& to);

// One shard, "shardId-000000000000", or "STREAM/shardId-000000000000" where there are several streams.
// Code::config where no position of it is kept.
Result<std::vector<std::string>> seek_shard(Checkpoint& checkpoint, const std::vector<StreamName>& streams,
                                            std::string_view shard, const ReadFrom& to);

// For people: "stream NAME, made at 2026-01-31T08:00:00.000Z".
std::string to_string(const StreamIdentity& stream);

// The stream that a name says, as far as that says it.
StreamIdentity identity_of(const StreamName& name);

}  // namespace penstock::kinesis
