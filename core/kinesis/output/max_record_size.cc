#include "core/kinesis/output/max_record_size.h"

#include "base/json_reader.h"
#include "base/text.h"
#include "core/backoff.h"
#include "core/kinesis/put_records.h"
#include "core/kinesis/response.h"

namespace penstock::kinesis {

namespace {
constexpr size_t kMaxResponseBytes = 64 << 10;
constexpr Backoff kBackoff = {.base_ms = 500, .cap_ms = 10'000};
constexpr int64_t kNoStreamPauseMs = 30'000;
}  // namespace

Result<size_t> read_max_record_bytes(const std::string& body) {
  if (const std::optional<JsonDocument> document = JsonDocument::parse(body)) {
    const JsonValue summary = (*document)["StreamDescriptionSummary"];
    const JsonValue limit = summary["MaxRecordSizeInKiB"];
    if (summary.is_object() && !limit.exists()) return kMaxRecordBytes;  // the service is older than this member
    const uint64_t kib = limit.unsigned_integer().value_or(0);
    if (kib > 0 && kib <= UINT32_MAX) return size_t{kib} << 10;
  }
  return unexpected_response("DescribeStreamSummary", "it has no valid MaxRecordSizeInKiB");
}

void MaxRecordSize::advance() {
  if (env_.clock.monotonic_ms() < next_deadline_ms()) return;
  std::string body = "{";
  append_stream_member(body, stream_);
  body += '}';
  asking_ = true;
  call_("DescribeStreamSummary", std::move(body), kMaxResponseBytes,
        [this](const Result<aws::ServiceResponse>& response) { receive(response); });
}

void MaxRecordSize::receive(const Result<aws::ServiceResponse>& response) {
  asking_ = false;
  const Result<size_t> bytes =
      response.ok() ? read_max_record_bytes(response->body) : Result<size_t>(response.status());
  if (bytes.ok()) {
    bytes_ = *bytes;
    incident_.recover(env_, "stream " + printable(stream_) + ": its maximum record size is known now");
    return;
  }
  const int64_t now_ms = env_.clock.monotonic_ms();
  std::string then = ", retrying";
  if (bytes.status().code() == Code::denied) {
    bytes_ = kMaxRecordBytes;
    then =
        " (max_record_bytes auto), assuming 1 MiB; allow kinesis:DescribeStreamSummary, or set max_record_bytes";
  } else if (bytes.status().code() == Code::not_found) {
    due_ms_ = now_ms + kNoStreamPauseMs;  // it may be created later, with a raised limit
    then += " every 30 s, and nothing is sent until then";
  } else {
    // Only the service can answer this: any other error, such as a proxy's rejection, is retried.
    due_ms_ = now_ms + kBackoff.delay_ms(++failures_, env_.random);
  }
  incident_.log(throttle_, {},
                bytes.status().in("cannot get the maximum record size of stream " + printable(stream_) + then),
                LogLevel::warn);
}

}  // namespace penstock::kinesis
