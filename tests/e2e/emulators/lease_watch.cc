#include "tests/e2e/emulators/lease_watch.h"

#include <algorithm>
#include <utility>

namespace penstock::emulators {
namespace {

std::string host_in(const std::string& owner) {
  const size_t first = owner.find(':');
  return first == std::string::npos ? owner : owner.substr(first + 1, owner.rfind(':') - first - 1);
}

// The named initial positions sort before every sequence number; all sequence numbers of the model have the same
// length.
std::string position_of(const leases::Lease& row) {
  return row.checkpoint.find_first_not_of("0123456789") == std::string::npos ? row.checkpoint : "";
}

}  // namespace

void LeaseWatch::look() {
  Result<leases::LeaseList> list = table_.scan();
  if (!list.ok()) return;
  std::map<std::string, leases::Lease> rows;
  for (leases::Lease& row : list->leases) rows[row.shard_id] = std::move(row);
  for (const auto& [shard, before] : rows_) {
    const auto row = rows.find(shard);
    if (row == rows.end()) {
      steps_back_.push_back(shard + ": its row is gone");
      continue;
    }
    const auto& [key, now] = *row;
    if (!before.owner.empty() && !now.owner.empty() && before.owner != now.owner)
      takeovers_.push_back({shard, position_of(before)});
    if (position_of(now) < position_of(before))
      steps_back_.push_back(dynamodb::to_string(before) + " -> " + dynamodb::to_string(now));
  }
  rows_ = std::move(rows);
}

std::set<std::string> LeaseWatch::shards_of(const std::string& host) const {
  std::set<std::string> shards;
  for (const auto& [shard, row] : rows_)
    if (host_in(row.owner) == host) shards.insert(shard);
  return shards;
}

bool LeaseWatch::in_balance(const std::set<std::string>& hosts) const {
  std::map<std::string, size_t> leases;
  for (const auto& [shard, row] : rows_) ++leases[host_in(row.owner)];
  if (leases.size() != hosts.size()) return false;
  for (const std::string& host : hosts)
    if (leases[host] != rows_.size() / hosts.size()) return false;
  return true;
}

std::map<std::string, int64_t> LeaseWatch::counters_of(const std::string& host) const {
  std::map<std::string, int64_t> counters;
  for (const auto& [shard, row] : rows_)
    if (host_in(row.owner) == host) counters[shard] = row.counter;
  return counters;
}

size_t LeaseWatch::takeovers_of(const std::set<std::string>& shards) const {
  return static_cast<size_t>(std::count_if(takeovers_.begin(), takeovers_.end(), [&](const Takeover& takeover) {
    return shards.contains(takeover.shard);
  }));
}

std::string LeaseWatch::checkpoint(const std::string& shard) const {
  const auto row = rows_.find(shard);
  return row == rows_.end() ? "" : row->second.checkpoint;
}

std::string LeaseWatch::text() const {
  std::string text;
  for (const auto& [shard, row] : rows_) text += shard + " " + host_in(row.owner) + " " + row.checkpoint + "; ";
  return text;
}

}  // namespace penstock::emulators
