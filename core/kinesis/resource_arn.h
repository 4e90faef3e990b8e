// The ARNs of Kinesis: arn:PARTITION:kinesis:REGION:ACCOUNT:TYPE/NAME. Private to core/kinesis.
#pragma once

#include <optional>
#include <string_view>

namespace penstock::kinesis {

struct ResourceArn {
  std::string_view region;
  std::string_view account;
  std::string_view name;
};

// Returns nullopt if text is not an ARN of that type, which ends with a slash: "stream/". The name is not checked.
std::optional<ResourceArn> parse_resource_arn(std::string_view text, std::string_view type);

// Returns whether text may be the name of a stream or a region.
bool is_resource_name(std::string_view text);

}  // namespace penstock::kinesis
