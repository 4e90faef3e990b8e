#include "plugin/stream_look.h"

#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "core/base/backoff.h"

namespace penstock {

namespace {

constexpr int kMostTries = 4;
constexpr Backoff kBackoff{300, 2000};
constexpr size_t kSummaryBytes = 64 << 10;
constexpr size_t kPageBytes = 4 << 20;

Result<ServiceAnswer> ask(Env& env, ServiceClient& client, const char* operation, const std::string& body,
                          size_t max_answer_bytes) {
  for (int failures = 0;;) {
    std::optional<Result<ServiceAnswer>> answer;
    client.call(operation, body, max_answer_bytes, [&](Result<ServiceAnswer> told) { answer = std::move(told); });
    while (!answer) env.transport.drive(kNever);
    if (answer->ok() || !answer->status().retryable() || ++failures == kMostTries) return std::move(*answer);
    const int64_t again_ms = env.clock.monotonic_ms() + kBackoff.delay_ms(failures, env.random);
    while (env.clock.monotonic_ms() < again_ms) env.transport.drive(again_ms);
  }
}

}  // namespace

Result<StreamIdentity> describe_stream(Env& env, const InputStream& stream) {
  const std::string about = "stream " + stream.name.name;
  Result<ServiceAnswer> answer = ask(env, *stream.client, "DescribeStreamSummary",
                                     describe_stream_summary_body(stream.name.text), kSummaryBytes);
  // Who may read a stream need not be allowed to describe it.
  if (!answer.ok() && answer.status().code() == Code::permanent) return StreamIdentity{stream.name.name, "", 0};
  if (!answer.ok()) return answer.status().in(about);
  Result<StreamIdentity> identity = read_describe_stream_summary(std::move(answer->body));
  return identity.ok() ? std::move(identity) : identity.status().in(about);
}

Result<StreamLook> look_at(Env& env, const InputStream& stream) {
  const std::string about = "stream " + stream.name.name;
  Result<StreamIdentity> identity = describe_stream(env, stream);
  if (!identity.ok()) return identity.status();
  StreamLook look = {std::move(*identity), {}};
  look.identity.name = stream.name.name;
  std::string next_token;
  do {
    Result<ServiceAnswer> answer =
        ask(env, *stream.client, "ListShards", list_shards_body(stream.name.text, next_token), kPageBytes);
    if (!answer.ok()) return answer.status().in(about);
    Result<ListShardsAnswer> page = read_list_shards(std::move(answer->body));
    if (!page.ok()) return page.status().in(about);
    std::move(page->shards.begin(), page->shards.end(), std::back_inserter(look.shards));
    next_token = std::move(page->next_token);
  } while (!next_token.empty());
  return look;
}

}  // namespace penstock
