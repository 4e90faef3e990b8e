// The Lambda function that a log stream belongs to, derived from the names of its log group and log stream.
#pragma once

#include <string_view>

namespace penstock::logs {

// Views into the names they were read from; empty if unknown.
struct FunctionName {
  std::string_view name;
  std::string_view version;
};

// Reads a log group /aws/lambda/NAME (for Lambda@Edge /aws/lambda/REGION.NAME) and a log stream
// YYYY/MM/DD/[VERSION]ID or, if functions share a group, YYYY/MM/DD/NAME[VERSION]ID.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
FunctionName function_of(std::string_view log_group, std::string_view log_stream);

}  // namespace penstock::logs
