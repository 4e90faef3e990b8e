// Which stream it is and which shards it has, asked once and waited for.
#pragma once

#include <vector>

#include "base/status.h"
#include "core/env.h"
#include "core/kinesis/input/input.h"
#include "core/kinesis/read_api.h"
#include "plugin/commands/patience.h"

namespace penstock::plugin {

struct StreamDescription {
  kinesis::StreamIdentity identity;  // its name alone, where we may not ask for more
  std::vector<kinesis::ShardInfo> shards;
};

// DescribeStreamSummary alone; only the name, where we may not ask for more. Errors name the stream.
Result<kinesis::StreamIdentity> describe_stream_summary(Patience& patience, const kinesis::InputStream& stream);

// DescribeStreamSummary, then ListShards page by page. patience drives the transport of the stream's client.
// Errors name the stream.
Result<StreamDescription> describe_stream(Patience& patience, const kinesis::InputStream& stream);

}  // namespace penstock::plugin
