#include "core/kinesis/log_group_volumes.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "base/bytes.h"
#include "base/text.h"

namespace penstock::kinesis {

namespace {

constexpr std::string_view kOthers = "other";  // not an account, because accounts are numbers

}  // namespace

LogGroupVolumes::LogGroupVolumes(size_t entries, int64_t now_ms)
    : entries_(entries), text_(new char[entries * kMaxTextBytes]), halved_ms_(now_ms) {
  hashes_.reserve(entries);
  ranks_.reserve(entries);
}

// Everything else counts as others, because a label must be printable and mean one log group, whatever a record
// contains.
bool LogGroupVolumes::is_valid(std::string_view account, std::string_view log_group) {
  return account.size() == kAccountBytes && std::all_of(account.begin(), account.end(), is_digit) &&
         !log_group.empty() && log_group.size() <= kMaxLogGroupBytes &&
         std::all_of(log_group.begin(), log_group.end(), [](char c) {
           return is_alphanumeric(c) || c == '_' || c == '-' || c == '/' || c == '.' || c == '#';
         });
}

// Returns the index of the entry, or the number of entries in use.
size_t LogGroupVolumes::find(size_t hash, std::string_view account, std::string_view log_group) const {
  for (auto at = hashes_.begin(); (at = std::find(at, hashes_.end(), hash)) != hashes_.end(); ++at) {
    const auto index = static_cast<size_t>(at - hashes_.begin());
    if (this->log_group(index) == log_group && this->account(index) == account) return index;
  }
  return hashes_.size();
}

// Returns the index of a new entry. It takes over the rank of the one that it replaces.
size_t LogGroupVolumes::replace_lowest(size_t hash, std::string_view account, std::string_view log_group) {
  size_t index = hashes_.size();
  if (index < entries_.size()) {
    hashes_.push_back(hash);
    ranks_.push_back(0);
  } else {
    index = static_cast<size_t>(std::min_element(ranks_.begin(), ranks_.end()) - ranks_.begin());
    hashes_[index] = hash;
    const Volume left = std::exchange(entries_[index].volume, {});
    others_.events += left.events;
    others_.bytes += left.bytes;
  }
  char* const text = &text_[index * kMaxTextBytes];
  std::memcpy(text, account.data(), account.size());
  std::memcpy(text + kAccountBytes, log_group.data(), log_group.size());
  entries_[index].log_group_bytes = log_group.size();
  return index;
}

void LogGroupVolumes::add(const penstock_batch& batch) {
  int64_t body_bytes = 0;
  for (uint64_t i = 0; i < batch.record_count; ++i) body_bytes += static_cast<int64_t>(batch.records[i].body.size);
  const std::string_view account = view(batch.owner), log_group = view(batch.log_group);
  const size_t hash = std::hash<std::string_view>()(log_group);
  size_t index = find(hash, account, log_group);
  Volume* volume = &others_;
  if (index < hashes_.size() || is_valid(account, log_group)) {
    if (index == hashes_.size()) index = replace_lowest(hash, account, log_group);
    ranks_[index] += body_bytes;
    volume = &entries_[index].volume;
  }
  volume->events += static_cast<int64_t>(batch.record_count);
  volume->bytes += body_bytes;
}

void LogGroupVolumes::advance(int64_t now_ms) {
  const int64_t halvings = (now_ms - halved_ms_) / kHalfLifeMs;
  if (halvings == 0) return;
  halved_ms_ += halvings * kHalfLifeMs;
  for (int64_t& rank : ranks_) rank >>= std::min<int64_t>(halvings, 62);
}

void LogGroupVolumes::stats(const MetricsSink& metrics) const {
  const auto report = [&](std::string_view account, std::string_view log_group, const Volume& volume) {
    const penstock_label of_account = {"account", bytes(account)}, of_group = {"log_group", bytes(log_group)};
    metrics.counter(
        "log_group_events", "events",
        "log events emitted, of the top_log_groups with the most bytes in recent minutes, and of all others",
        volume.events, {of_account, of_group});
    metrics.counter("log_group_bytes", "bytes", "text of the log events in log_group_events", volume.bytes,
                    {of_account, of_group});
  };
  for (size_t i = 0; i < hashes_.size(); ++i) report(account(i), log_group(i), entries_[i].volume);
  report(kOthers, kOthers, others_);
}

}  // namespace penstock::kinesis
