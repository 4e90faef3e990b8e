#include "core/kinesis/shard_list.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/backoff.h"

namespace penstock {

namespace {
constexpr size_t kAnswerBytes = 4 << 20;  // a page of 1,000 shards is under 1 MiB
constexpr int64_t kRefreshMs = 60000;
constexpr int64_t kPermanentFailurePauseMs = 30000;
constexpr Backoff kBackoff{500, 10000};
}  // namespace

void ShardList::list_within(int64_t ms) {
  wanted_ms_ = std::min(wanted_ms_, env_.clock.monotonic_ms() + ms);
  if (!calling_ && next_token_.empty()) next_call_ms_ = std::min(next_call_ms_, wanted_ms_);
}

void ShardList::advance() {
  if (calling_ || env_.clock.monotonic_ms() < next_call_ms_) return;
  calling_ = true;
  if (next_token_.empty()) wanted_ms_ = kNever;
  client_.call("ListShards", list_shards_body(stream_, next_token_), kAnswerBytes,
               [this](Result<ServiceAnswer> answer) { receive(std::move(answer)); });
}

void ShardList::receive(Result<ServiceAnswer> answer) {
  calling_ = false;
  if (!answer.ok()) return fail(answer.status());
  const int64_t date_ms = answer->date_ms;
  Result<ListShardsAnswer> page = read_list_shards(std::move(answer->body));
  if (!page.ok()) return fail(page.status());
  failures_ = 0;
  std::move(page->shards.begin(), page->shards.end(), std::back_inserter(shards_));
  next_token_ = std::move(page->next_token);
  next_call_ms_ = env_.clock.monotonic_ms();
  if (!next_token_.empty()) return;
  next_call_ms_ = std::min(next_call_ms_ + kRefreshMs, wanted_ms_);
  listed_(std::exchange(shards_, {}), date_ms);
}

// Whatever failed, the next try begins with the first page: tokens expire.
void ShardList::fail(const Status& status) {
  shards_.clear();
  next_token_.clear();
  ++failures_;
  next_call_ms_ = env_.clock.monotonic_ms() +
                  (status.retryable() ? kBackoff.delay_ms(failures_, env_.random) : kPermanentFailurePauseMs);
  reporter_.report(status.in("stream " + stream_));
}

}  // namespace penstock
