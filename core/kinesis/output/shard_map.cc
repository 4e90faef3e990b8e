#include "core/kinesis/output/shard_map.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/json_writer.h"
#include "base/text.h"
#include "core/kinesis/put_records.h"

namespace penstock::kinesis {

namespace {
constexpr size_t kMaxResponseBytes = 4 << 20;  // a page of 1,000 shards is under 1 MiB
}  // namespace

void ShardMap::want() { wanted_ = true; }

void ShardMap::advance() {
  if (env_.clock.monotonic_ms() < next_deadline_ms()) return;
  std::string body = "{";
  if (next_token_.empty())
    append_stream_member(body, stream_);
  else
    append_json_member(body, "NextToken", next_token_);
  body += '}';
  calling_ = true;
  if (next_token_.empty()) wanted_ = false;
  call_("ListShards", std::move(body), kMaxResponseBytes,
        [this](Result<aws::ServiceResponse> response) { receive(std::move(response)); });
}

void ShardMap::receive(Result<aws::ServiceResponse> response) {
  calling_ = false;
  const Status taken = catching_exceptions([&] { return take_page(response); });
  const int64_t now_ms = env_.clock.monotonic_ms();
  if (!taken.ok()) {
    next_token_.clear();  // tokens expire: the retry begins with the first page
    listed_.clear();
    wanted_ = true;
    due_ms_ = now_ms + (taken.retryable() ? kPauseMs : kRejectedPauseMs);
    incident_.log(throttle_, {},
                  taken.in("cannot list the shards of stream " + printable(stream_) +
                           ", retrying; meanwhile, records are not grouped by shard (with aggregate kpl, only "
                           "records of one partition key are aggregated, unless explicit_hash_key is random)"),
                  LogLevel::warn);
    return;
  }
  if (!next_token_.empty()) {
    due_ms_ = now_ms;
    return;
  }
  due_ms_ = now_ms + kPauseMs;
  incident_.recover(env_, "stream " + printable(stream_) + ": its shards are listed again");
  std::sort(listed_.begin(), listed_.end(), [](const ShardInfo& a, const ShardInfo& b) { return a.id < b.id; });
  all_.swap(listed_);
  if (std::exchange(listed_, {}) == all_ && known()) return;
  open_.clear();
  std::copy_if(all_.begin(), all_.end(), std::back_inserter(open_), [](const ShardInfo& s) { return s.open; });
  std::sort(open_.begin(), open_.end(),
            [](const ShardInfo& a, const ShardInfo& b) { return a.first_hash_key < b.first_hash_key; });
  ++version_;
}

Status ShardMap::take_page(Result<aws::ServiceResponse>& response) {
  if (!response.ok()) return response.status();
  Result<ListShardsResponse> page = read_list_shards(std::move(response->body));
  if (!page.ok()) return page.status();
  std::move(page->shards.begin(), page->shards.end(), std::back_inserter(listed_));
  next_token_ = std::move(page->next_token);
  return {};
}

std::optional<HashKeyRange> ShardMap::range_of(std::string_view shard_id) const {
  const auto found = std::lower_bound(all_.begin(), all_.end(), shard_id,
                                      [](const ShardInfo& shard, std::string_view id) { return shard.id < id; });
  if (found == all_.end() || found->id != shard_id || found->last_hash_key == 0) return std::nullopt;
  return HashKeyRange{found->first_hash_key, found->last_hash_key};
}

uint32_t ShardMap::shard_of(std::string_view partition_key) const {
  const std::optional<HashKey> key = open_.empty() ? std::nullopt : hash_of_partition_key(partition_key);
  if (!key) return kNoShard;
  const auto above =
      std::upper_bound(open_.begin(), open_.end(), *key,
                       [](HashKey wanted, const ShardInfo& shard) { return wanted < shard.first_hash_key; });
  if (above == open_.begin() || std::prev(above)->last_hash_key < *key) return kNoShard;
  return static_cast<uint32_t>(above - open_.begin() - 1);
}

}  // namespace penstock::kinesis
