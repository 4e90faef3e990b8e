#include "core/kinesis/record_limit.h"

#include <rapidjson/document.h>

#include "core/base/backoff.h"
#include "core/base/json.h"
#include "core/kinesis/put_records.h"

namespace penstock {

namespace {
constexpr size_t kAnswerBytes = 64 << 10;
constexpr Backoff kBackoff = {.base_ms = 500, .cap_ms = 10'000};
}  // namespace

Result<size_t> read_max_record_bytes(const std::string& body) {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  if (!json.HasParseError() && json.IsObject()) {
    const auto summary = json.FindMember("StreamDescriptionSummary");
    if (summary != json.MemberEnd() && summary->value.IsObject()) {
      const auto limit = summary->value.FindMember("MaxRecordSizeInKiB");
      if (limit == summary->value.MemberEnd()) return kMaxRecordBytes;  // a service older than the member
      if (limit->value.IsUint() && limit->value.GetUint() > 0) return size_t{limit->value.GetUint()} << 10;
    }
  }
  return Status(Code::transient, "the answer to DescribeStreamSummary is not what the service documents");
}

void RecordLimit::advance() {
  if (env_.clock.monotonic_ms() < next_deadline_ms()) return;
  asking_ = true;
  std::string body = "{";
  append_stream_member(body, stream_);
  call_("DescribeStreamSummary", body + "}", kAnswerBytes,
        [this](const Result<ServiceAnswer>& answer) { receive(answer); });
}

void RecordLimit::receive(const Result<ServiceAnswer>& answer) {
  asking_ = false;
  const Result<size_t> bytes = answer.ok() ? read_max_record_bytes(answer->body) : Result<size_t>(answer.status());
  if (bytes.ok()) {
    bytes_ = *bytes;
    return;
  }
  const bool soon = bytes.status().retryable();
  const std::string context = "asking stream " + printable(stream_) + " for the largest record that it takes";
  reporter_.report(bytes.status().in(soon ? context + ", which is tried again"
                                          : context + " (max_record_bytes auto; 1 MiB is taken in its place)"),
                   LogLevel::warn);
  if (soon)
    due_ms_ = env_.clock.monotonic_ms() + kBackoff.delay_ms(++failures_, env_.random);
  else
    bytes_ = kMaxRecordBytes;
}

}  // namespace penstock
