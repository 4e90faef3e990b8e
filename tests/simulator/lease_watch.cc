#include "tests/simulator/lease_watch.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/kinesis/input/shard_position.h"

namespace penstock::simulator {

namespace {

std::string attribute_text(const dynamodb::Item& item, std::string_view name) {
  const auto attribute = item.find(name);
  return attribute == item.end() ? "" : attribute->second.text;
}

// Returns the name of a lease's shard. Keys are ACCOUNT:STREAM:CREATED:SHARD_ID with several streams, otherwise
// SHARD_ID.
std::string shard_of(const std::string& key) {
  const size_t stream = key.find(':');
  if (stream == std::string::npos) return shard_name(kSourceStreams[0], key);
  return shard_name(key.substr(stream + 1, key.find(':', stream + 1) - stream - 1),
                    key.substr(key.rfind(':') + 1));
}

bool is_kcl(const std::string& process) { return process.starts_with('k'); }

// Otherwise it is the name of an initial position.
bool is_position(const std::string& checkpoint) {
  return checkpoint == kinesis::kShardEnd || (!checkpoint.empty() && checkpoint[0] <= '9');
}

}  // namespace

void LeaseWatch::look(const dynamodb::Table& table, const std::string& issuer) {
  for (const std::string& key : table.keys_after("")) rows_[shard_of(key)].key = key;
  std::vector<std::string> handed_over;
  for (auto& [key, was] : rows_) {
    const dynamodb::Item* const item = table.row(was.key);
    if (item == nullptr) {
      if (was.is_there) was.gone_ms = clock_.unix_ms();
      was.is_there = false;
      was.owner.clear();
      continue;
    }
    Row is = was;
    is.is_there = true;
    is.owner = attribute_text(*item, "leaseOwner");
    is.counter = attribute_text(*item, "leaseCounter");
    is.checkpoint = attribute_text(*item, "checkpoint");
    is.sub_sequence_number = attribute_text(*item, "checkpointSubSequenceNumber");
    if (was.is_there && is.counter == was.counter && is.checkpoint == was.checkpoint) continue;
    if (!is.owner.empty()) is.written_ms[is.owner] = clock_.unix_ms();
    if (is.owner != was.owner) {
      is.taken_ms = clock_.unix_ms();
      if (!is.owner.empty()) {
        checker_.takes(is.owner, key);
        handed_over.push_back(key);
      }
    }
    if (trace_.on())
      trace_.line(issuer, "lease " + key + ": owner " + was.owner + " -> " + is.owner + ", counter " + is.counter +
                              ", at " + is.checkpoint);
    if (!was.is_there && was.was_there) look_at_return(key, is, issuer);
    is.was_there = true;
    if (was.is_there && is_position(is.checkpoint) &&
        (is.checkpoint != was.checkpoint || is.sub_sequence_number != was.sub_sequence_number))
      look_at_position(key, was, is, issuer);
    was = std::move(is);
  }
  for (const std::string& key : handed_over) changed_hands_(key);
}

bool LeaseWatch::is_parent(const std::string& parent, const std::string& child) const {
  const std::vector<std::string>& parents = checker_.parents_of(child);
  return std::find(parents.begin(), parents.end(), parent) != parents.end();
}

bool LeaseWatch::is_ancestor(const std::string& shard, const std::string& descendant) const {
  const std::vector<std::string>& parents = checker_.parents_of(descendant);
  return std::any_of(parents.begin(), parents.end(),
                     [&](const std::string& parent) { return parent == shard || is_ancestor(shard, parent); });
}

// Workers of KCL create the rows of children, and others that are missing, by what they read before; and they
// delete finished rows without regard to that.
//
// Other workers here delete only finished rows. A call that was sent before may create the row again. Then the
// shard is read again, and at its end the leases of its children are created if they are gone by then. Such a
// child waits for all of its parents, so ancestors without a lease are read again too.
void LeaseWatch::look_at_return(const std::string& key, Row& row, const std::string& issuer) {
  const bool follows = std::any_of(rows_.begin(), rows_.end(), [&](const auto& entry) {
    const auto& [other, relative] = entry;
    return relative.was_recreated && (is_parent(other, key) || is_ancestor(key, other));
  });
  if (!follows && !is_kcl(issuer) && clock_.unix_ms() - row.gone_ms > max_call_ms_)
    return checker_.violated(Rule::one_owner, issuer + " creates the row of " + key +
                                                  " again, which was finished and deleted " +
                                                  std::to_string(clock_.unix_ms() - row.gone_ms) + " ms ago");
  row.was_recreated = true;
  ++rows_recreated_;
  checker_.position_lost(key);
}

void LeaseWatch::look_at_position(const std::string& key, const Row& was, const Row& is,
                                  const std::string& issuer) {
  if (was.owner != issuer || (!is.owner.empty() && is.owner != issuer))
    checker_.violated(Rule::one_owner, issuer + " writes the position of " + key + ", whose owner is \"" +
                                           was.owner + "\" before and \"" + is.owner + "\" after");
  checker_.kept(issuer, key,
                {is.checkpoint, is.sub_sequence_number.empty() ? 0 : std::stoull(is.sub_sequence_number)});
}

void LeaseWatch::emitted(const std::string& process, const std::string& shard_id, int64_t may_lag_ms) {
  const auto found = rows_.find(shard_id);
  if (found == rows_.end() || found->second.owner == process) return;
  const Row& row = found->second;
  const auto written = row.written_ms.find(process);
  const int64_t until_ms = written == row.written_ms.end() ? 0 : written->second + failover_ms_ + may_lag_ms;
  if (clock_.unix_ms() >= until_ms)
    return checker_.violated(Rule::one_owner, process + " emits from " + shard_id + " without a valid lease");
  if (row.taken_ms >= until_ms)
    checker_.violated(Rule::one_owner, process + " emits from " + shard_id + " although its lease had expired");
}

std::string LeaseWatch::imbalance(const std::set<std::string>& open_shards, const std::set<std::string>& processes,
                                  bool with_kcl) const {
  std::map<std::string, size_t> shares;
  for (const std::string& process : processes) shares[process] = 0;
  size_t held = 0;
  for (const auto& [key, row] : rows_) {
    // The lease of a finished shard stays until a child has made progress.
    if (!row.is_there || row.checkpoint == kinesis::kShardEnd) continue;
    if (!open_shards.contains(key)) return "a lease remains for " + key;
    const auto share = shares.find(row.owner);
    if (share == shares.end()) return "the lease of " + key + " is held by \"" + row.owner + "\"";
    ++share->second;
    ++held;
  }
  if (held < open_shards.size()) return "not every shard has a lease";
  const auto [least, most] = std::minmax_element(shares.begin(), shares.end(),
                                                 [](const auto& a, const auto& b) { return a.second < b.second; });
  if (with_kcl || most->second <= least->second + 1) return "";
  return most->first + " holds " + std::to_string(most->second) + " leases, and " + least->first + " " +
         std::to_string(least->second);
}

}  // namespace penstock::simulator
