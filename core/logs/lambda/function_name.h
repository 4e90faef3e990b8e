// The Lambda function that a log stream belongs to, as its names tell.
#pragma once

#include <string_view>

namespace penstock::logs {

// Views into the names they were read from; empty where these tell nothing.
struct FunctionName {
  std::string_view name;
  std::string_view version;
};

// From a group /aws/lambda/NAME (of Lambda@Edge /aws/lambda/REGION.NAME) and a stream YYYY/MM/DD/[VERSION]ID, or,
// where functions share a group, YYYY/MM/DD/NAME[VERSION]ID.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
FunctionName function_of(std::string_view log_group, std::string_view log_stream);

}  // namespace penstock::logs
