#include "plugin/commands/describe_queue.h"

#include <utility>

namespace penstock::plugin {

Result<kinesis::QueueDescription> describe_queue(Patience& patience, aws::ServiceClient& client,
                                                 const std::string& arn) {
  constexpr const char* kOperation = "DescribeQueue";
  constexpr size_t kMaxResponseBytes = 64 << 10;
  Result<aws::ServiceResponse> response = patience.wait<aws::ServiceResponse>(kOperation, [&](auto done) {
    client.call(kOperation, kinesis::describe_queue_body(arn), kMaxResponseBytes, std::move(done));
  });
  if (!response.ok()) return response.status();
  return kinesis::read_describe_queue(std::move(response->body));
}

}  // namespace penstock::plugin
