// The options that name streams: stream and stream_arn.
#pragma once

#include <vector>

#include "core/kinesis/stream_name.h"
#include "plugin/abi/options.h"

namespace penstock {

// At least one. Code::config if neither or both options are given, or a name or an ARN is malformed.
Result<std::vector<StreamName>> read_streams(const Options& options);

}  // namespace penstock
