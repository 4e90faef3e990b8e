// The options that name streams: stream and stream_arn.
#pragma once

#include <vector>

#include "core/kinesis/stream_name.h"
#include "plugin/abi/options.h"

namespace penstock::plugin {

// Returns the streams. Reports if neither or both options are given, and each malformed name or ARN; then returns
// none.
std::vector<kinesis::StreamName> read_streams(const Options& options, const Complain& complain);
// Returns Code::config with the first problem.
Result<std::vector<kinesis::StreamName>> read_streams(const Options& options);

}  // namespace penstock::plugin
