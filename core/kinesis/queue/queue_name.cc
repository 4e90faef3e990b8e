#include "core/kinesis/queue/queue_name.h"

#include <algorithm>

#include "base/text.h"
#include "core/kinesis/resource_arn.h"

namespace penstock::kinesis {

namespace {

constexpr size_t kMaxArnBytes = 2048;

// The service documents only that an ID has no white space.
bool is_id(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

Result<QueueName> parse_queue_arn(std::string_view text) {
  const std::optional<ResourceArn> arn = parse_resource_arn(text, "queue/");
  if (arn && text.size() <= kMaxArnBytes && is_id(arn->name))
    return QueueName{std::string(text), std::string(arn->name), std::string(arn->region),
                     std::string(arn->account)};
  return Status(Code::config, "PS0620",
                "invalid queue ARN '" + printable(text) +
                    "': expected one such as arn:aws:kinesis:eu-west-1:123456789012:queue/ID");
}

}  // namespace penstock::kinesis
