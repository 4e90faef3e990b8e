#include "core/kinesis/output/target_stream.h"

#include <algorithm>

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

void TargetStream::advance() {
  const int64_t now_ms = env_.clock.monotonic_ms();
  if (now_ms < next_deadline_ms()) return;
  if (denied_) {  // what on_unexpected_shard() noted is too old, and only another such record shows more
    set(RecordDistribution::by_key);
    due_ms_ = kNever;
    return;
  }
  std::string body = describe_stream_summary_body(stream_);
  calling_ = true;
  call_("DescribeStreamSummary", std::move(body), kMaxResponseBytes,
        [this](Result<aws::ServiceResponse> response) { receive(std::move(response)); });
}

void TargetStream::receive(Result<aws::ServiceResponse> response) {
  calling_ = false;
  const Status taken = catching_exceptions([&] { return take_summary(response); });
  if (taken.ok()) return;
  const int64_t now_ms = env_.clock.monotonic_ms();
  if (taken.code() == Code::denied) return take_denial(taken);
  const std::string name = "stream " + printable(stream_);
  if (taken.code() == Code::not_found) {
    due_ms_ = now_ms + kNoStreamPauseMs;  // it may be created later, with other properties
    incident_.log(throttle_, {},
                  taken.in("output: " + name +
                           " does not exist in this account and region, retrying every 30 s; until it is found, "
                           "records wait; create it, or correct its name"));
    return;
  }
  // Only the service can answer this: any other error, such as a proxy's rejection, is retried.
  due_ms_ = now_ms + kBackoff.delay_ms(++failures_, env_.random);
  incident_.log(throttle_, {}, taken.in("output: cannot describe " + name + ", retrying"), LogLevel::warn);
}

Status TargetStream::take_summary(Result<aws::ServiceResponse>& response) {
  if (!response.ok()) return response.status();
  Result<StreamSummary> summary = read_describe_stream_summary(std::move(response->body));
  if (!summary.ok()) return summary.status();
  if (summary->status.empty()) return unexpected_response("DescribeStreamSummary", "it has no StreamStatus");
  if (asks_for_size_ && !summary->max_record_bytes)
    return unexpected_response("DescribeStreamSummary", "it has no valid MaxRecordSizeInKiB");

  const int64_t now_ms = env_.clock.monotonic_ms();
  const bool was_found = std::exchange(is_found_, true);
  failures_ = 0;
  if (asks_for_size_) max_record_bytes_ = *summary->max_record_bytes;
  distribution_may_change_ = summary->distribution_may_change;
  if (now_ms >= unexpected_until_ms_) set(summary->distribution);
  due_ms_ = now_ms + (distribution_ == RecordDistribution::by_service ? kByServiceRefreshMs : kRefreshMs);
  const std::string name = "stream " + printable(stream_);
  if (was_found) {
    incident_.recover(env_, "output: " + name + " is described again");
    return {};
  }
  incident_ = {};
  const std::string shards =
      summary->open_shards ? ", open shards: " + std::to_string(*summary->open_shards) : std::string();
  env_.log(LogLevel::info, "output: " + name + " exists (status " + printable(summary->status) + shards + ")");
  return {};
}

void TargetStream::take_denial(const Status& status) {
  denied_ = true;
  due_ms_ = std::max(unexpected_until_ms_, env_.clock.monotonic_ms());
  const std::string name = "stream " + printable(stream_);
  if (!asks_for_size_)
    return env_.log(LogLevel::info,
                    "output: cannot check whether " + name +
                        " exists, so that a missing stream is noticed only when the first record is sent; allow "
                        "kinesis:DescribeStreamSummary: " +
                        status.message());
  max_record_bytes_ = knows_max_record_bytes() ? max_record_bytes_ : kMaxRecordBytes;
  incident_.log(throttle_, {},
                status.in("cannot get the maximum record size of " + name +
                          " (max_record_bytes auto), assuming 1 MiB; allow kinesis:DescribeStreamSummary, or set "
                          "max_record_bytes"),
                LogLevel::warn);
}

void TargetStream::set(RecordDistribution distribution) {
  distribution_ = distribution;
  ++version_;
}

void TargetStream::on_unexpected_shard() {
  if (distribution_ == RecordDistribution::by_service) return;
  set(RecordDistribution::by_service);
  due_ms_ = unexpected_until_ms_ = env_.clock.monotonic_ms() + kByServiceRefreshMs;
}

}  // namespace penstock::kinesis
