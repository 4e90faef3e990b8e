// Fetches the description of a queue, and waits for it.
#pragma once

#include <string>

#include "base/status.h"
#include "core/aws/service_client.h"
#include "core/kinesis/queue/queue_api.h"
#include "plugin/commands/patience.h"

namespace penstock::plugin {

// Calls DescribeQueue. patience drives the transport of the client.
Result<kinesis::QueueDescription> describe_queue(Patience& patience, aws::ServiceClient& client,
                                                 const std::string& arn);

}  // namespace penstock::plugin
