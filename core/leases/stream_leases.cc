#include "core/leases/stream_leases.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/time.h"
#include "core/env.h"
#include "core/kinesis/input/stream_errors.h"

namespace penstock::leases {

namespace {

// Returns the account in arn:aws:kinesis:REGION:ACCOUNT:stream/NAME; "" if not found.
std::string account_of(const std::string& arn) {
  size_t begin = 0;
  for (int field = 0; field < 4; ++field) {
    begin = arn.find(':', begin);
    if (begin == std::string::npos) return "";
    ++begin;
  }
  const size_t end = arn.find(':', begin);
  return end == std::string::npos ? "" : arn.substr(begin, end - begin);
}

}  // namespace

// ---- Lists and scans

void StreamLeases::on_shards_listed(const kinesis::StreamIdentity& identity,
                                    const std::vector<kinesis::ShardInfo>& shards, int64_t start_ms,
                                    int64_t boot_ms) {
  if (!listed_boot_ms_) start_ms_ = start_ms;
  listed_boot_ms_ = boot_ms;
  identity_ = identity;
  shards_.clear();
  for (const kinesis::ShardInfo& shard : shards) shards_[shard.id] = shard;
  graph_.reset();
  std::map<std::string, int64_t> unlisted;
  for (const auto& [shard_id, lease] : leases_) {
    if (shards_.contains(shard_id)) continue;
    const auto before = unlisted_since_boot_ms_.find(shard_id);
    unlisted[shard_id] = before == unlisted_since_boot_ms_.end() ? boot_ms : before->second;
  }
  unlisted_since_boot_ms_ = std::move(unlisted);
  problem_ = name_stream();
  for (const auto& [shard_id, lease] : leases_)
    if (problem_.ok()) problem_ = problem_of(lease);
}

Status StreamLeases::name_stream() {
  if (alone_) return {};
  const std::string account = account_of(identity_.arn);
  if (account.empty() || identity_.created_ms == 0)
    return {Code::config, "PS0510",
            "stream " + identity_.name +
                ": the service does not report its account and creation time, which the leases of several streams "
                "have in their keys; use a separate lease table for each stream"};
  // mutation: creation epoch in milliseconds
  stream_id_ = account + ":" + identity_.name + ":" + std::to_string(identity_.created_ms / 1000);
  return {};
}

void StreamLeases::on_scanned(const std::vector<Lease>& rows, int64_t boot_ms) {
  if (!listed_boot_ms_) return;  // it is unknown yet which rows are ours
  scanned_boot_ms_ = boot_ms;
  leases_.clear();
  graph_.reset();
  problem_ = name_stream();
  for (const Lease& row : rows) {
    if (problem_.ok()) problem_ = problem_of(row);
    // mutation: lease of another stream used
    if (row.stream_id == stream_id_) leases_[row.shard_id] = row;
  }
  had_leases_ = had_leases_ || !leases_.empty();
  starts_ = !had_leases_ && scan_decides_start_;
}

Status StreamLeases::problem_of(const Lease& row) const {
  if (alone_ != row.stream_id.empty())
    return {Code::config, "PS0511",
            "stream " + identity_.name + ": lease " + printable(row.key) +
                (alone_ ? " belongs to an application that reads several streams, but this instance reads one"
                        : " belongs to an application that reads one stream, but this instance reads several") +
                "; use a separate lease table for each application"};
  // Workers of KCL accept any creation epoch, so they may read the same stream under other leases.
  if (!alone_ && row.stream_arn.empty() && row.stream_id != stream_id_ &&
      without_epoch(row.stream_id) == without_epoch(stream_id_))
    return {Code::config, "PS0513",
            "stream " + identity_.name + ": lease " + printable(row.key) +
                " has another creation epoch in its key than this stream, and both would read every record; stop "
                "the workers that read " +
                printable(row.stream_id) + ", give them the stream identifier " + stream_id_ +
                ", and run: penstock seek -c FILE --all --to POSITION --yes"};
  // With several streams, the leases of the others are in the table too.
  if (!alone_ && row.stream_arn != identity_.arn) return {};
  if (!row.stream_arn.empty() && !identity_.arn.empty() && row.stream_arn != identity_.arn)
    return {Code::config, "PS0511",
            "stream " + identity_.arn + ": lease " + printable(row.key) + " belongs to stream " +
                printable(row.stream_arn) + "; use a separate lease table for each application"};
  const bool of_another =
      row.stream_created_ms != 0 && identity_.created_ms != 0 && row.stream_created_ms != identity_.created_ms;
  if (!of_another) return {};
  return kinesis::stream_was_recreated(identity_, "lease " + printable(row.key), row.stream_created_ms);
}

void StreamLeases::on_row(const Lease& row) {
  leases_[row.shard_id] = row;
  had_leases_ = true;
  graph_.reset();
}

void StreamLeases::on_row_deleted(const std::string& shard_id) {
  leases_.erase(shard_id);
  graph_.reset();
}

std::string StreamLeases::start() const {
  std::string at = initial_.kind == kinesis::InitialPosition::Kind::latest ? "latest" : "trim_horizon";
  if (initial_.kind == kinesis::InitialPosition::Kind::at_timestamp) at = format_rfc3339(initial_.timestamp_ms);
  const std::string text = "stream " + identity_.name, count = "shards: " + std::to_string(shards_.size());
  if (!had_leases_)
    return text + ": starting at " + at + ", because the lease table has no position (" + count + ")";
  return text + ": resuming from the lease table (" + count + ", leases: " + std::to_string(leases_.size()) + ")";
}

const ShardGraph& StreamLeases::graph() const {
  if (!graph_) graph_.emplace(shards_, leases_);
  return *graph_;
}

// ---- Reading

bool StreamLeases::expired(const std::string& shard_id) const {
  const auto since = unlisted_since_boot_ms_.find(shard_id);
  return since != unlisted_since_boot_ms_.end() && *listed_boot_ms_ - since->second >= kinesis::kExpiredMs;
}

std::optional<kinesis::ShardInfo> StreamLeases::shard(const std::string& shard_id) const {
  if (const auto listed = shards_.find(shard_id); listed != shards_.end()) return listed->second;
  const auto lease = leases_.find(shard_id);
  if (lease == leases_.end() || expired(shard_id)) return std::nullopt;
  const auto& [key, row] = *lease;
  if (!row.first_hash_key || !row.last_hash_key) return std::nullopt;
  return kinesis::ShardInfo{shard_id, row.parent_ids, *row.first_hash_key, *row.last_hash_key, true};
}

kinesis::ReadFrom StreamLeases::read_from(const Lease& row) {
  const bool begins = row.checkpoint.empty() || row.checkpoint == kTrimHorizonCheckpoint ||
                      row.checkpoint == kLatestCheckpoint || row.checkpoint == kAtTimestampCheckpoint;
  // mutation: sub-sequence number ignored after a takeover
  const bool whole = row.sub_sequence_number >= kWholeRecordInRow;
  if (!begins)
    return kinesis::ReadFrom::after({row.checkpoint, whole ? kinesis::kWholeRecord : row.sub_sequence_number});
  // mutation: lease at LATEST read from TRIM_HORIZON
  return row.started_ms != 0 ? kinesis::ReadFrom::at_timestamp(row.started_ms) : kinesis::ReadFrom::trim_horizon();
}

// Returns when the application started, as far as a lease shows it; also for shards that were found later.
int64_t StreamLeases::latest_start_ms() const {
  int64_t earliest_ms = kNever;
  for (const auto& [shard_id, lease] : leases_)
    if (lease.started_ms != 0) earliest_ms = std::min(earliest_ms, lease.started_ms);
  return earliest_ms == kNever ? start_ms_ : earliest_ms;
}

LeaseChange StreamLeases::beginning_of(const Lease& row) const {
  LeaseChange change;
  if (row.stream_arn.empty()) change.stream_arn = identity_.arn;
  if (row.stream_created_ms == 0) change.stream_created_ms = identity_.created_ms;
  if (row.started_ms != 0) return change;
  if (row.checkpoint == kLatestCheckpoint) change.started_ms = latest_start_ms();
  // The timestamp is another worker's option, unless ours is AT_TIMESTAMP too. Without it, everything is read:
  // more than was requested, but nothing is lost.
  if (row.checkpoint == kAtTimestampCheckpoint && initial_.kind == kinesis::InitialPosition::Kind::at_timestamp)
    change.started_ms = initial_.timestamp_ms;
  return change;
}

// ---- Creating and deleting

Lease StreamLeases::new_lease(const kinesis::ShardInfo& shard, bool begins_stream) const {
  Lease lease;
  lease.key = lease_key(stream_id_, shard.id);
  lease.stream_id = stream_id_;
  lease.shard_id = shard.id;
  lease.parent_ids = shard.parent_ids;
  lease.first_hash_key = shard.first_hash_key;
  lease.last_hash_key = shard.last_hash_key;
  lease.stream_arn = identity_.arn;
  lease.stream_created_ms = identity_.created_ms;
  lease.checkpoint = kTrimHorizonCheckpoint;
  if (begins_stream) {
    if (initial_.kind == kinesis::InitialPosition::Kind::latest) {
      lease.checkpoint = kLatestCheckpoint;
      lease.started_ms = latest_start_ms();
    } else if (initial_.kind == kinesis::InitialPosition::Kind::at_timestamp) {
      lease.checkpoint = kAtTimestampCheckpoint;
      lease.started_ms = initial_.timestamp_ms;
    }
    return lease;
  }
  // A child has no records from before its parents' ends. But if the whole stream began at a time, that time may
  // be after those ends; then the child begins there too.
  const bool all_began_at_a_time =
      std::all_of(leases_.begin(), leases_.end(), [](const auto& entry) { return entry.second.started_ms != 0; });
  if (all_began_at_a_time && !leases_.empty()) lease.started_ms = latest_start_ms();
  return lease;
}

std::vector<Lease> StreamLeases::missing(int64_t boot_ms) {
  std::vector<Lease> leases;
  if (start_is_undecided()) return leases;
  if (!had_leases_ && initial_.kind == kinesis::InitialPosition::Kind::latest) {
    // A shard that is closed by now contains nothing that came later.
    for (const auto& [shard_id, shard] : shards_)
      if (shard.open) leases.push_back(new_lease(shard, true));
    return leases;
  }
  std::map<std::string, int64_t> missing_since;
  for (const ShardGraph::Missing& missing : graph().missing()) {
    const auto before = missing_since_boot_ms_.find(missing.shard->id);
    const int64_t since_ms = before == missing_since_boot_ms_.end() ? boot_ms : before->second;
    missing_since[missing.shard->id] = since_ms;
    if (!had_leases_ || (boot_ms - since_ms >= failover_ms_ && *listed_boot_ms_ >= since_ms))
      leases.push_back(new_lease(*missing.shard, missing.begins_stream));
  }
  missing_since_boot_ms_ = std::move(missing_since);
  return leases;
}

std::vector<Lease> StreamLeases::children_of(const std::string& shard_id) const {
  std::vector<kinesis::ShardInfo> children;
  for (const std::string& child : graph().children(shard_id)) children.push_back(shards_.at(child));
  return child_leases(children);
}

std::vector<Lease> StreamLeases::child_leases(const std::vector<kinesis::ShardInfo>& children) const {
  std::vector<Lease> leases;
  for (const kinesis::ShardInfo& child : children) {
    if (!graph().may_create({child.parent_ids.begin(), child.parent_ids.end()})) return {};
    leases.push_back(new_lease(child, false));
  }
  return leases;
}

std::vector<Lease> StreamLeases::obsolete(const std::string& worker) const {
  std::vector<Lease> leases;
  for (const Lease* lease : graph().finished()) {
    std::string owner = worker;
    for (const std::string& child : lease->child_ids) {
      const auto row = leases_.find(child);
      if (row != leases_.end() && row->second.checkpoint != kinesis::kShardEnd) owner = row->second.owner;
    }
    if (owner == worker) leases.push_back(*lease);
  }
  for (const auto& [shard_id, lease] : leases_)
    if (expired(shard_id) && lease.checkpoint != kinesis::kShardEnd) leases.push_back(lease);
  return leases;
}

}  // namespace penstock::leases
