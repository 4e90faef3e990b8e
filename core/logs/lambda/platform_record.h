// Lambda's system records in JSON mode, {"time", "type": "platform.X", "record": {...}}, read into the same terms
// as its system lines in text mode. https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
#pragma once

#include <string_view>

#include "core/logs/lambda/lambda_line.h"

namespace penstock::logs {

// Where in the record a member stands.
enum class PlatformPart { record, metrics, tracing };

// Takes up one member that is a string, number or boolean. value must live as long as line.
void set_platform_member(PlatformPart part, std::string_view name, std::string_view value, LambdaLine& line);

// Once all members are there. type: what stands behind "platform."; text: the record where it is a string, as a
// fault's is.
void finish_platform_record(std::string_view type, std::string_view text, LambdaLine& line);

}  // namespace penstock::logs
