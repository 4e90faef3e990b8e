#include "tests/model_kinesis/stream.h"

#include <algorithm>
#include <utility>

namespace penstock::model {

std::string Shard::id() const {
  const std::string digits = std::to_string(index);
  return "shardId-" + std::string(12 - digits.size(), '0') + digits;
}

SequenceNumber Shard::sequence_number(uint64_t number, int64_t time_ms) const {
  // Number 0 is the start of the shard itself, so that its records come after it.
  return SequenceNumber({created_s, number + 1, std::max(time_ms / 1000, created_s), index});
}

SequenceNumber Shard::starting_sequence_number() const { return SequenceNumber({created_s, 0, created_s, index}); }

SequenceNumber Shard::ending_sequence_number() const {
  return SequenceNumber({created_s, end() + 1, created_s, index});
}

std::optional<uint64_t> Shard::number_of(const SequenceFields& fields) const {
  if (fields.shard != index || fields.shard_created_s != created_s) return std::nullopt;
  return fields.count == 0 ? 0 : fields.count - 1;
}

Stream::Stream(std::string name, uint32_t shard_count, int64_t now_ms, CapacityMode mode)
    : name_(std::move(name)), created_ms_(now_ms), mode_(mode) {
  // floor(2^128 * i / n) without 129 bits: 2^128 = n * share + rest.
  const HashKey n = shard_count;
  const HashKey share = kLastHashKey / n + (kLastHashKey % n == n - 1 ? 1 : 0);
  const HashKey rest = (kLastHashKey % n + 1) % n;
  const auto start = [&](HashKey i) { return share * i + rest * i / n; };
  for (uint32_t i = 0; i < shard_count; ++i)
    add(start(i), i + 1 == shard_count ? kLastHashKey : start(i + 1) - 1, {}, now_ms / 1000, now_ms);
  list_open();
}

Shard* Stream::find(std::string_view shard_id) {
  const auto shard = std::find_if(shards_.begin(), shards_.end(),
                                  [&](const Shard& s) { return !s.forgotten && s.id() == shard_id; });
  return shard == shards_.end() ? nullptr : &*shard;
}

Shard& Stream::open_shard_for(HashKey key) {
  const auto after = std::upper_bound(open_.begin(), open_.end(), key,
                                      [&](HashKey k, uint32_t index) { return k < shards_[index].first; });
  return shards_[*(after - 1)];
}

std::vector<Shard*> Stream::open_shards_from_random() {
  std::vector<Shard*> shards;
  for (const uint32_t index : open_) shards.push_back(&shards_[index]);
  std::rotate(shards.begin(), shards.begin() + static_cast<std::ptrdiff_t>(random_() % shards.size()),
              shards.end());
  return shards;
}

const Record& Stream::append(Shard& shard, std::string_view partition_key, std::string_view data, int64_t now_ms) {
  shard.records.push_back(
      {shard.sequence_number(shard.end(), now_ms), now_ms, std::string(partition_key), std::string(data)});
  return shard.records.back();
}

Shard& Stream::add(HashKey first, HashKey last, std::vector<uint32_t> parents, int64_t created_s, int64_t now_ms) {
  Shard shard;
  shard.index = static_cast<uint32_t>(shards_.size());
  shard.first = first;
  shard.last = last;
  shard.created_s = created_s;
  shard.created_ms = now_ms;
  shard.parents = std::move(parents);
  shards_.push_back(std::move(shard));
  return shards_.back();
}

void Stream::list_open() {
  open_.clear();
  for (const Shard& shard : shards_)
    if (!shard.closed()) open_.push_back(shard.index);
  std::sort(open_.begin(), open_.end(),
            [&](uint32_t a, uint32_t b) { return shards_[a].first < shards_[b].first; });
}

void Stream::split(Shard& shard, HashKey first_of_second, int64_t now_ms) {
  // A child's sequence numbers are larger than its parent's, even within the same second.
  const int64_t created_s = std::max(now_ms / 1000, shard.created_s + 1);
  const uint32_t low = add(shard.first, first_of_second - 1, {shard.index}, created_s, now_ms).index;
  const uint32_t high = add(first_of_second, shard.last, {shard.index}, created_s, now_ms).index;
  shard.children = {low, high};
  shard.closed_ms = now_ms;
  list_open();
}

void Stream::merge(Shard& shard, Shard& adjacent, int64_t now_ms) {
  const int64_t created_s = std::max({now_ms / 1000, shard.created_s + 1, adjacent.created_s + 1});
  const uint32_t child = add(std::min(shard.first, adjacent.first), std::max(shard.last, adjacent.last),
                             {shard.index, adjacent.index}, created_s, now_ms)
                             .index;
  shard.children = {child};
  adjacent.children = {child};
  shard.closed_ms = adjacent.closed_ms = now_ms;
  list_open();
}

void Stream::close(Shard& shard, int64_t now_ms) {
  shard.closed_ms = now_ms;
  list_open();
}

}  // namespace penstock::model
