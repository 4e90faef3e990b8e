#include "core/kinesis/input/stream_watcher.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/backoff.h"

namespace penstock::kinesis {

namespace {
constexpr size_t kSummaryBytes = 64 << 10;
constexpr size_t kPageBytes = 4 << 20;  // a page of 1,000 shards is under 1 MiB
constexpr int64_t kRefreshMs = 60000;
constexpr int64_t kPermanentFailurePauseMs = 30000;
constexpr int64_t kListedAgainMs = 1000;
constexpr int64_t kUnexpectedShardMs = 1000;
// Maximum difference between the service's clocks for a description and for the arrival of a record.
constexpr int64_t kDistributionMarginMs = 60000;
constexpr Backoff kBackoff{500, 10000};
constexpr Backoff kRejectedBackoff{500, kPermanentFailurePauseMs};  // the rejection may come from a proxy
}  // namespace

void StreamWatcher::mark_missing() {
  set_unreadable();
  refresh_within(0);
}

void StreamWatcher::set_unreadable() {
  if (std::exchange(readable_, false)) unreadable_since_ms_ = env_.clock.monotonic_ms();
}

void StreamWatcher::refresh_within(int64_t ms) {
  wanted_ms_ = std::min(wanted_ms_, env_.clock.monotonic_ms() + ms);
  if (!calling_ && !described_) next_call_ms_ = std::min(next_call_ms_, std::max(wanted_ms_, not_before_ms_));
}

void StreamWatcher::on_unexpected_shard(int64_t arrival_ms) {
  const bool is_known = placed_by_key_from_ms_ == INT64_MAX || arrival_ms <= described_ms_;
  if (is_known || !describable_ || std::exchange(has_checked_unexpected_shard_, true)) return;
  refresh_within(kUnexpectedShardMs);
}

void StreamWatcher::begin_call() {
  calling_ = true;
  ++totals_.calls;
  if (std::exchange(retrying_, false)) ++totals_.retries;
}

void StreamWatcher::advance() {
  if (calling_ || env_.clock.monotonic_ms() < next_call_ms_) return;
  if (described_)
    list();
  else
    describe();
}

void StreamWatcher::describe() {
  wanted_ms_ = kNever;
  if (!describable_) {
    described_ = true;
    return list();
  }
  std::string body = describe_stream_summary_body(name_.text);
  begin_call();
  client_.call("DescribeStreamSummary", std::move(body), kSummaryBytes,
               [this](Result<aws::ServiceResponse> response) {
                 calling_ = false;
                 const Status taken = catching_exceptions([&] { return receive_summary(response); });
                 if (!taken.ok()) fail(taken);
               });
}

Status StreamWatcher::receive_summary(Result<aws::ServiceResponse>& response) {
  if (!response.ok() && response.status().code() == Code::denied) {
    // Permission to read a stream does not imply permission to describe it. Only a denial by the service counts: a
    // rejection by anything on the way to it is retried.
    identity_ = {name_.name, "", 0};
    env_.warn("PS0326", "stream " + name_.name +
                            ": cannot describe it, so that a stream that is deleted and created again will not be "
                            "noticed; allow kinesis:DescribeStreamSummary: " +
                            response.status().message());
    describable_ = false;
  } else if (!response.ok()) {
    return response.status();
  } else {
    const int64_t date_ms = response->date_ms != 0 ? response->date_ms : env_.clock.wall_ms();
    Result<StreamSummary> summary = read_describe_stream_summary(std::move(response->body));
    if (!summary.ok()) return summary.status();
    identity_ = std::move(summary->identity);
    identity_.name = name_.name;
    note_distribution(summary->distribution, date_ms);
  }
  described_ = true;
  next_call_ms_ = env_.clock.monotonic_ms();
  return {};
}

// After a change to by_key, it is not known when the service stopped choosing the shards.
void StreamWatcher::note_distribution(RecordDistribution distribution, int64_t date_ms) {
  described_ms_ = date_ms;
  const bool by_service = distribution == RecordDistribution::by_service;
  if (by_service == (placed_by_key_from_ms_ == INT64_MAX)) return;
  has_checked_unexpected_shard_ = false;
  placed_by_key_from_ms_ = by_service ? INT64_MAX : date_ms + kDistributionMarginMs;
  env_.log(
      LogLevel::info,
      "stream " + name_.name +
          (by_service ? ": the service chooses the shard of each record (record distribution strategy AUTO), so "
                        "hash_range_rule does not apply"
                      : ": hash keys decide the shard of each record again (record distribution strategy "
                        "USER_PARTITION_KEY), so hash_range_rule applies to new records"));
}

void StreamWatcher::list() {
  std::string body = list_shards_body(name_.text, next_token_);
  begin_call();
  client_.call("ListShards", std::move(body), kPageBytes, [this](Result<aws::ServiceResponse> response) {
    calling_ = false;
    const Status taken = catching_exceptions([&] { return receive_page(response); });
    if (!taken.ok()) fail(taken);
  });
}

Status StreamWatcher::receive_page(Result<aws::ServiceResponse>& response) {
  if (!response.ok()) return response.status();
  const int64_t date_ms = response->date_ms;
  Result<ListShardsResponse> page = read_list_shards(std::move(response->body));
  if (!page.ok()) return page.status();
  std::move(page->shards.begin(), page->shards.end(), std::back_inserter(shards_));
  next_token_ = std::move(page->next_token);
  next_call_ms_ = env_.clock.monotonic_ms();
  return next_token_.empty() ? take_list(date_ms) : Status();
}

// Passes on the complete list. Fails if it has no shards.
Status StreamWatcher::take_list(int64_t date_ms) {
  if (shards_.empty()) return {Code::not_found, "PS0325", "ListShards: the stream has no shards yet"};
  failures_ = 0;
  described_ = false;
  int64_t start_ms = date_ms != 0 ? date_ms : env_.clock.wall_ms();
  if (missing_ && identity_.created_ms != 0) start_ms = identity_.created_ms;
  const Status status = listed_(identity_, std::exchange(shards_, {}), start_ms);
  const int64_t now_ms = env_.clock.monotonic_ms();
  if (status.ok()) {
    readable_ = true;
    missing_ = false;
    incident_.recover(env_, "stream " + name_.name + ": its shards are listed again");
    next_call_ms_ = std::min(now_ms + kRefreshMs, wanted_ms_);
    return {};
  }
  if (!status.retryable()) set_unreadable();
  next_call_ms_ = now_ms + (status.retryable() ? kListedAgainMs : kRefreshMs);
  incident_.log(throttle_, {}, status);
  return {};
}

// After any failure, the next try starts from scratch: tokens expire, and by then the name may belong to another
// stream.
void StreamWatcher::fail(const Status& status) {
  described_ = false;
  shards_.clear();
  next_token_.clear();
  ++failures_;
  retrying_ = true;
  const bool not_found = status.code() == Code::not_found;
  const Backoff& backoff = status.retryable() ? kBackoff : kRejectedBackoff;
  const int64_t pause_ms = not_found ? kPermanentFailurePauseMs : backoff.delay_ms(failures_, env_.random);
  next_call_ms_ = not_before_ms_ = env_.clock.monotonic_ms() + pause_ms;
  if (not_found) {
    set_unreadable();
    missing_ = true;
  }
  const bool warning = not_found || status.retryable();
  incident_.log(throttle_, "stream " + name_.name,
                status.in(not_found ? "not found, retrying every 30 s" : "cannot list its shards, retrying"),
                warning ? LogLevel::warn : LogLevel::error);
}

}  // namespace penstock::kinesis
