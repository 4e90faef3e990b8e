// Lambda's system records in JSON mode, {"time", "type": "platform.X", "record": {...}}. They give the same
// LambdaLine as the system lines in text mode.
// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
#pragma once

#include <string_view>

#include "core/logs/lambda/lambda_line.h"

namespace penstock::logs {

// The object in the record that has a member.
enum class PlatformPart { record, metrics, tracing };

// Reads one member that is a string, number or boolean. value must outlive line.
void set_platform_member(PlatformPart part, std::string_view name, std::string_view value, LambdaLine& line);

// Completes line after all members. type: the text after "platform."; text: the record if it is a string, as for a
// fault; else empty.
void finish_platform_record(std::string_view type, std::string_view text, LambdaLine& line);

}  // namespace penstock::logs
