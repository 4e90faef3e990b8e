#include "core/kinesis/output/max_record_size.h"

#include "base/json_reader.h"
#include "base/text.h"
#include "core/backoff.h"
#include "core/kinesis/put_records.h"

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
  return Status(Code::transient, "PS0400",
                "the answer to DescribeStreamSummary is not what the service documents");
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
    return;
  }
  const int64_t now_ms = env_.clock.monotonic_ms();
  std::string then = ", which is tried again";
  if (bytes.status().code() == Code::denied) {
    bytes_ = kMaxRecordBytes;
    then = " (max_record_bytes auto; 1 MiB is taken in its place)";
  } else if (bytes.status().code() == Code::not_found) {
    due_ms_ = now_ms + kNoStreamPauseMs;  // it may be created later, with a raised limit
    then += " every 30 s; nothing is sent until then";
  } else {
    // Only the service can answer this: any other error, such as a proxy's rejection, is retried.
    due_ms_ = now_ms + kBackoff.delay_ms(++failures_, env_.random);
  }
  throttle_.log(
      bytes.status().in("asking stream " + printable(stream_) + " for the largest record that it takes" + then),
      LogLevel::warn);
}

}  // namespace penstock::kinesis
