#include "core/kinesis/queue/queue_watcher.h"

#include <utility>

#include "base/text.h"
#include "core/backoff.h"

namespace penstock::kinesis {

namespace {
constexpr size_t kDescriptionBytes = 64 << 10;
constexpr int64_t kRefreshMs = 300'000;  // attributes can change
constexpr int64_t kWaitMs = 2000;        // while the queue is being created
constexpr int64_t kUnusableMs = 30'000;
constexpr Backoff kBackoff{500, 10'000};
constexpr Backoff kRejectedBackoff{500, kUnusableMs};  // the rejection may come from a proxy
}  // namespace

void QueueWatcher::mark_missing() {
  if (!describable_) return;
  active_ = false;
  if (!calling_) next_call_ms_ = env_.clock.monotonic_ms();
}

void QueueWatcher::advance() {
  if (calling_ || !describable_ || env_.clock.monotonic_ms() < next_call_ms_) return;
  std::string body = describe_queue_body(name_.arn);
  calling_ = true;
  ++calls_;
  client_.call("DescribeQueue", std::move(body), kDescriptionBytes,
               [this](Result<aws::ServiceResponse> response) { end_call(response); });
}

void QueueWatcher::end_call(Result<aws::ServiceResponse>& response) {
  calling_ = false;
  const Status status = catching_exceptions([&] { return read(response); });
  if (status.ok()) {
    failures_ = 0;
    return;
  }
  ++failures_;
  const bool not_found = status.code() == Code::not_found;
  if (not_found) active_ = false;
  const Backoff& backoff = status.retryable() ? kBackoff : kRejectedBackoff;
  next_call_ms_ = env_.clock.monotonic_ms() + (not_found ? kUnusableMs : backoff.delay_ms(failures_, env_.random));
  incident_.log(throttle_, title(),
                status.in(not_found ? "not found, retrying every 30 s; create it, or correct queue_arn"
                                    : "cannot describe it, retrying"),
                status.retryable() && !not_found ? LogLevel::warn : LogLevel::error);
}

Status QueueWatcher::read(Result<aws::ServiceResponse>& response) {
  if (!response.ok() && response.status().code() == Code::denied) {
    env_.warn("PS0622",
              title() +
                  ": cannot describe it, so that its state and its visibility timeout are unknown; allow "
                  "kinesis:DescribeQueue: " +
                  response.status().message());
    describable_ = false;
    next_call_ms_ = kNever;
    described_({});
    active_ = true;
    return {};
  }
  if (!response.ok()) return response.status();
  const Result<QueueDescription> description = read_describe_queue(std::move(response->body));
  if (!description.ok()) return description.status();
  described_(*description);
  take_status(description->status);
  return {};
}

// A queue that is UPDATING continues to deliver records.
void QueueWatcher::take_status(const std::string& status) {
  active_ = status == "ACTIVE" || status == "UPDATING";
  const int64_t now_ms = env_.clock.monotonic_ms();
  next_call_ms_ = now_ms + (active_ ? kRefreshMs : status == "CREATING" ? kWaitMs : kUnusableMs);
  if (active_) {
    if (std::exchange(waiting_, false)) env_.log(LogLevel::info, title() + ": it is ACTIVE");
    incident_.recover(env_, title() + ": it delivers records again");
  } else if (status == "CREATING") {
    if (!std::exchange(waiting_, true)) env_.log(LogLevel::info, title() + ": it is CREATING; waiting for ACTIVE");
  } else {
    incident_.log(throttle_, title(),
                  Status(Code::not_found, "PS0621",
                         "it delivers no records, because its status is " + printable(status) +
                             "; create a new queue, and set queue_arn to it"));
  }
}

}  // namespace penstock::kinesis
