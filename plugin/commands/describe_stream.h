// Fetches the identity and the shards of a stream, and waits for them.
#pragma once

#include <vector>

#include "base/status.h"
#include "core/env.h"
#include "core/kinesis/input/input.h"
#include "core/kinesis/read_api.h"
#include "plugin/commands/patience.h"

namespace penstock::plugin {

struct StreamDescription {
  kinesis::StreamIdentity identity;  // only its name, if we lack permission for more
  std::vector<kinesis::ShardInfo> shards;
};

// Calls DescribeStreamSummary. Returns only the name if we lack permission. Errors name the stream.
Result<kinesis::StreamIdentity> describe_stream_summary(Patience& patience, const kinesis::InputStream& stream);

// Calls DescribeStreamSummary, then ListShards page by page. patience drives the transport of the stream's client.
// Errors name the stream.
Result<StreamDescription> describe_stream(Patience& patience, const kinesis::InputStream& stream);

}  // namespace penstock::plugin
