#include "tests/model_kinesis/queue.h"

#include <algorithm>

namespace penstock::model {
namespace {

// The order of records, which has nothing to do with their sequence (the finalizer of SplitMix64).
uint64_t rank(const Queue::Key& key) {
  uint64_t z = (uint64_t{key.first} << 40 ^ key.second) + 0x9E3779B97F4A7C15;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return z ^ z >> 31;
}

}  // namespace

Queue::Queue(std::string name, std::string arn, const Stream& stream, Start start, QueueAttributes attributes,
             int64_t now_ms, int64_t active_ms)
    : name_(std::move(name)),
      arn_(std::move(arn)),
      stream_name_(stream.name()),
      stream_created_ms_(stream.created_ms()),
      start_(start),
      attributes_(attributes),
      created_ms_(now_ms),
      active_ms_(active_ms) {
  for (const Shard& shard : stream.shards()) {
    uint64_t first = start.type == Start::Type::latest ? shard.end() : shard.trimmed;
    if (start.type == Start::Type::at_timestamp)
      while (first < shard.end() && shard.at(first).arrival_ms < start.timestamp_ms) ++first;
    next_.push_back(first);
  }
}

void Queue::show(const Key& key, Entry& entry) {
  const bool is_dead = attributes_.max_receive_count > 0 && entry.receives >= attributes_.max_receive_count;
  if (is_dead) entry.path = Path::dead_letter;
  pool(entry.path).visible.emplace(rank(key), key);
}

void Queue::take_out(const Key& key, const Entry& entry) {
  pool(entry.path).visible.erase({rank(key), key});
  pool(entry.path).in_flight.erase({entry.visible_ms, key});
}

void Queue::catch_up(const Stream& stream, int64_t now_ms) {
  next_.resize(stream.shards().size());
  for (uint32_t index = 0; index < next_.size(); ++index) {
    const Shard& shard = stream.shards()[index];
    for (uint64_t& next = next_[index] = std::max(next_[index], shard.trimmed); next < shard.end(); ++next)
      show({index, next}, entries_[{index, next}]);
    // What is past its retention is no longer delivered.
    for (auto entry = entries_.lower_bound({index, 0});
         entry != entries_.end() && entry->first < Key{index, shard.trimmed}; entry = entries_.erase(entry))
      take_out(entry->first, entry->second);
  }
  for (const Path path : {Path::normal, Path::dead_letter}) {
    auto& in_flight = pool(path).in_flight;
    while (!in_flight.empty() && in_flight.begin()->first <= now_ms) {
      const Key key = in_flight.begin()->second;
      in_flight.erase(in_flight.begin());
      show(key, entries_.at(key));
    }
  }
}

std::vector<Queue::Receipt> Queue::receive(const Stream& stream, Path path, size_t most, int64_t visibility_ms,
                                           int64_t now_ms) {
  catch_up(stream, now_ms);
  std::vector<Receipt> received;
  auto& visible = pool(path).visible;
  while (received.size() < most && !visible.empty()) {
    const Key key = visible.begin()->second;
    visible.erase(visible.begin());
    Entry& entry = entries_.at(key);
    if (entry.first_receive_ms == 0) entry.first_receive_ms = now_ms;
    if (path == Path::normal) ++entry.receives;
    entry.receipt = ++last_receipt_;
    entry.visible_ms = now_ms + visibility_ms;
    pool(path).in_flight.emplace(entry.visible_ms, key);
    received.push_back({key, entry.receipt});
  }
  return received;
}

const Queue::Entry* Queue::find(const Receipt& receipt, Path path, int64_t now_ms) const {
  const auto found = entries_.find(receipt.key);
  const bool is_valid = found != entries_.end() && found->second.receipt == receipt.number &&
                        found->second.path == path && found->second.visible_ms > now_ms;
  return is_valid ? &found->second : nullptr;
}

void Queue::acknowledge(const Key& key) {
  take_out(key, entries_.at(key));
  entries_.erase(key);
}

void Queue::set_visibility(const Key& key, int64_t visibility_ms, int64_t now_ms) {
  Entry& entry = entries_.at(key);
  take_out(key, entry);
  entry.visible_ms = now_ms + visibility_ms;
  pool(entry.path).in_flight.emplace(entry.visible_ms, key);
}

void Queue::restore(const Key& key, int64_t now_ms) {
  Entry& entry = entries_.at(key);
  take_out(key, entry);
  entry = {.visible_ms = now_ms};
  show(key, entry);
}

QueueCounts Queue::counts(const Stream& stream, int64_t now_ms) {
  catch_up(stream, now_ms);
  return {normal_.visible.size(), normal_.in_flight.size(), dead_.visible.size() + dead_.in_flight.size()};
}

}  // namespace penstock::model
