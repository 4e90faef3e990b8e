#include "core/kinesis/output/stream_check.h"

#include "base/json_reader.h"
#include "base/text.h"
#include "core/backoff.h"
#include "core/kinesis/put_records.h"
#include "core/kinesis/response.h"

namespace penstock::kinesis {

namespace {

constexpr size_t kMaxResponseBytes = 64 << 10;
constexpr Backoff kBackoff = {.base_ms = 500, .cap_ms = 30'000};
constexpr int64_t kNoStreamPauseMs = 30'000;

// Returns text such as "status ACTIVE, open shards: 4"; Code::transient if body is not a response of the service.
Result<std::string> read_summary(const std::string& body) {
  if (const std::optional<JsonDocument> document = JsonDocument::parse(body)) {
    const JsonValue summary = (*document)["StreamDescriptionSummary"];
    const JsonValue status = summary["StreamStatus"];
    const std::optional<uint64_t> shards = summary["OpenShardCount"].unsigned_integer();
    if (status.is_string())
      return "status " + printable(status.text()) +
             (shards ? ", open shards: " + std::to_string(*shards) : std::string());
  }
  return unexpected_response("DescribeStreamSummary", "it has no StreamStatus");
}

}  // namespace

void StreamCheck::advance() {
  if (env_.clock.monotonic_ms() < due_ms_) return;
  std::string body = "{";
  append_stream_member(body, stream_);
  body += '}';
  due_ms_ = kNever;
  call_("DescribeStreamSummary", std::move(body), kMaxResponseBytes,
        [this](const Result<aws::ServiceResponse>& response) { receive(response); });
}

void StreamCheck::receive(const Result<aws::ServiceResponse>& response) {
  const Result<std::string> summary =
      response.ok() ? read_summary(response->body) : Result<std::string>(response.status());
  const std::string name = "stream " + printable(stream_);
  if (summary.ok()) return env_.log(LogLevel::info, "output: " + name + " exists (" + *summary + ")");
  const Status& status = summary.status();
  if (status.code() == Code::denied)
    return env_.log(LogLevel::info,
                    "output: cannot check whether " + name +
                        " exists before the first record, because the permission is missing: " + status.message());
  const int64_t now_ms = env_.clock.monotonic_ms();
  if (status.code() == Code::not_found) {
    due_ms_ = now_ms + kNoStreamPauseMs;
    throttle_.log(
        status.in("output: " + name +
                  " does not exist in this account and region, retrying every 30 s, and records wait until "
                  "then; create it, or correct its name"));
    return;
  }
  due_ms_ = now_ms + kBackoff.delay_ms(++failures_, env_.random);
  throttle_.log(status.in("output: cannot check whether " + name + " exists, retrying"), LogLevel::warn);
}

}  // namespace penstock::kinesis
