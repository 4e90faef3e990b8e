#include "plugin/commands/describe_stream.h"

#include <iterator>
#include <string>
#include <utility>

namespace penstock::plugin {

namespace {

constexpr size_t kSummaryBytes = 64 << 10;
constexpr size_t kPageBytes = 4 << 20;

Result<aws::ServiceResponse> ask(Patience& patience, aws::ServiceClient& client, const char* operation,
                                 const std::string& body, size_t max_response_bytes) {
  return patience.wait<aws::ServiceResponse>(
      operation, [&](auto done) { client.call(operation, body, max_response_bytes, std::move(done)); });
}

}  // namespace

Result<kinesis::StreamIdentity> describe_stream_summary(Patience& patience, const kinesis::InputStream& stream) {
  const std::string about = "stream " + stream.name.name;
  Result<aws::ServiceResponse> answer =
      ask(patience, *stream.client, "DescribeStreamSummary",
          kinesis::describe_stream_summary_body(stream.name.text), kSummaryBytes);
  // A reader of a stream need not have permission to describe it.
  if (!answer.ok() && answer.status().code() == Code::denied)
    return kinesis::StreamIdentity{stream.name.name, "", 0};
  if (!answer.ok()) return answer.status().in(about);
  Result<kinesis::StreamSummary> summary = kinesis::read_describe_stream_summary(std::move(answer->body));
  if (!summary.ok()) return summary.status().in(about);
  return std::move(summary->identity);
}

Result<StreamDescription> describe_stream(Patience& patience, const kinesis::InputStream& stream) {
  const std::string about = "stream " + stream.name.name;
  Result<kinesis::StreamIdentity> identity = describe_stream_summary(patience, stream);
  if (!identity.ok()) return identity.status();
  StreamDescription look = {std::move(*identity), {}};
  look.identity.name = stream.name.name;
  std::string next_token;
  do {
    Result<aws::ServiceResponse> answer = ask(patience, *stream.client, "ListShards",
                                              kinesis::list_shards_body(stream.name.text, next_token), kPageBytes);
    if (!answer.ok()) return answer.status().in(about);
    Result<kinesis::ListShardsResponse> page = kinesis::read_list_shards(std::move(answer->body));
    if (!page.ok()) return page.status().in(about);
    std::move(page->shards.begin(), page->shards.end(), std::back_inserter(look.shards));
    next_token = std::move(page->next_token);
  } while (!next_token.empty());
  return look;
}

}  // namespace penstock::plugin
