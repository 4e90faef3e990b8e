// The options that name streams: stream and stream_arn.
#pragma once

#include <vector>

#include "core/kinesis/stream_name.h"
#include "plugin/abi/options.h"

namespace penstock::plugin {

// At least one. Complains if neither or both options are given, and of each name or ARN that is malformed; then
// there are none.
std::vector<kinesis::StreamName> read_streams(const Options& options, const Complain& complain);
// Code::config with the first of these complaints.
Result<std::vector<kinesis::StreamName>> read_streams(const Options& options);

}  // namespace penstock::plugin
