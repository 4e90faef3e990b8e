#include "core/kinesis/input/local_assignment.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/time.h"
#include "core/kinesis/input/child_shards.h"
#include "core/kinesis/input/seek.h"
#include "core/kinesis/input/stream_errors.h"

namespace penstock::kinesis {

namespace {

constexpr int64_t kSaveRetryMs = 1000;
constexpr size_t kMaxIdsShown = 20;

bool is_at_end(const StreamCheckpoint& kept, const std::string& shard_id) {
  const auto entry = kept.shards.find(shard_id);
  return entry != kept.shards.end() && entry->second.position.is_end();
}

}  // namespace

Result<std::unique_ptr<LocalAssignment>> LocalAssignment::open(Env& env, std::string_view where, Options options) {
  auto store = CheckpointStore::open(env, where);
  if (!store.ok()) return store.status();
  if (where == "memory")
    env.warn("PS0314",
             "checkpoint is memory: after a restart, the stream is read again from initial_position (with latest, "
             "records that arrive in between are skipped); set checkpoint to file:PATH to keep the positions");
  Result<Checkpoint> loaded = (*store)->load();
  if (!loaded.ok()) return loaded.status();
  return std::unique_ptr<LocalAssignment>(
      new LocalAssignment(env, std::move(*store), std::move(*loaded), std::move(options)));
}

LocalAssignment::LocalAssignment(Env& env, std::unique_ptr<CheckpointStore> store, Checkpoint checkpoint,
                                 Options options)
    : env_(env),
      store_(std::move(store)),
      checkpoint_(std::move(checkpoint)),
      options_(std::move(options)),
      throttle_(env) {}

Status LocalAssignment::on_shards_listed(size_t stream_index, const StreamIdentity& identity,
                                         const std::vector<ShardInfo>& shards, int64_t start_ms) {
  Stream& stream = streams_[stream_index];
  const StreamCheckpoint* const before = checkpoint_.find(identity);
  const bool fresh = before == nullptr || !before->begin;
  if (Status identified = identify(stream, identity, start_ms); !identified.ok()) return identified;
  if (Status selected = check_selected(stream, shards); !selected.ok()) return selected;
  if (!std::exchange(stream.start_logged, true)) log_start(stream, shards, fresh);
  forget_unlisted(stream, shards);
  for (const ShardInfo& info : shards) stream.shards[info.id].info = info;
  grant_ready(stream_index);
  return {};
}

// A child with a parent that no list has shown waits for the next list: that parent, made by a reshard since the
// last one, may still have records.
bool LocalAssignment::on_children_found(GrantId grant, const std::vector<ShardInfo>& children) {
  const auto granted = granted_.find(grant);
  if (granted == granted_.end()) return true;
  Stream& stream = streams_[granted->second.stream];
  if (!are_all_children(stream.shards[granted->second.shard_id].info, children)) return false;
  for (const ShardInfo& child : children)
    for (const std::string& parent : child.parent_ids)
      if (!stream.shards.contains(parent) && !is_at_end(*stream.kept, parent)) return false;
  for (const ShardInfo& child : children) stream.shards.try_emplace(child.id, Shard{child});
  return true;
}

// Finds or creates the stream's checkpoint, and saves which stream it belongs to.
Status LocalAssignment::identify(Stream& stream, const StreamIdentity& identity, int64_t start_ms) {
  stream.kept = checkpoint_.find(identity);
  if (stream.kept == nullptr) {
    StreamCheckpoint fresh;
    fresh.stream = {identity.name, identity.arn};
    stream.kept = &checkpoint_.streams.emplace_back(std::move(fresh));
  }
  StreamIdentity& known = stream.kept->stream;
  if (known.created_ms != 0 && identity.created_ms != 0 && known.created_ms != identity.created_ms)
    return stream_was_recreated(identity, store_->name(), known.created_ms);
  StreamIdentity now = {identity.name, identity.arn.empty() ? known.arn : identity.arn,
                        identity.created_ms == 0 ? known.created_ms : identity.created_ms};
  if (stream.kept->begin && now == known) return {};
  // Saved before the first record is read, so that "latest" keeps its meaning after a crash or restart.
  StreamCheckpoint before = *stream.kept;
  known = std::move(now);
  if (!stream.kept->begin) stream.kept->begin = options_.initial.from(start_ms);
  // mutation: start position not saved before the first read
  Status saved = save();
  if (!saved.ok()) *stream.kept = std::move(before);
  return saved;
}

void LocalAssignment::log_start(const Stream& stream, const std::vector<ShardInfo>& shards, bool fresh) const {
  const auto kept = std::count_if(shards.begin(), shards.end(),
                                  [&](const ShardInfo& shard) { return stream.kept->shards.contains(shard.id); });
  const std::string start = to_string(*stream.kept->begin);
  const std::string count = "shards: " + std::to_string(shards.size());
  env_.log(
      LogLevel::info,
      "stream " + printable(stream.kept->stream.name) +
          (fresh ? ": starting at " + start + ", because " + store_->name() + " has no position (" + count + ")"
                 : ": resuming from " + store_->name() + "; shards without a position start at " + start + " (" +
                       count + ", positions: " + std::to_string(kept) + ")"));
}

// Checks that each selected shard exists or was read to its end.
Status LocalAssignment::check_selected(const Stream& stream, const std::vector<ShardInfo>& shards) const {
  for (const std::string& id : options_.selected) {
    if (std::any_of(shards.begin(), shards.end(), [&](const ShardInfo& shard) { return shard.id == id; }) ||
        is_at_end(*stream.kept, id))
      continue;
    std::string existing;
    for (size_t i = 0; i < std::min(shards.size(), kMaxIdsShown); ++i)
      existing += (i == 0 ? "" : ", ") + printable(shards[i].id);
    if (shards.size() > kMaxIdsShown) existing += " and " + std::to_string(shards.size() - kMaxIdsShown) + " more";
    return {Code::config, "PS0312",
            "invalid option shards: stream " + printable(stream.kept->stream.name) + " has no shard '" +
                printable(id) + "'; it has " + existing};
  }
  return {};
}

// Forgets shards that have left the stream's retention: they can neither be read nor waited for. A single list
// does not prove that, because it may be older than a reshard.
void LocalAssignment::forget_unlisted(Stream& stream, const std::vector<ShardInfo>& shards) {
  std::set<std::string_view> listed;
  for (const ShardInfo& info : shards) listed.insert(info.id);
  const int64_t now_ms = env_.clock.boot_ms();
  std::map<std::string, int64_t> unlisted;
  const auto note = [&](const std::string& id) {
    if (listed.contains(id)) return;
    const auto before = stream.unlisted_since_boot_ms.find(id);
    unlisted[id] = before == stream.unlisted_since_boot_ms.end() ? now_ms : before->second;
  };
  for (const auto& [id, shard] : stream.shards) note(id);
  for (const auto& [id, from] : stream.kept->shards)
    if (!options_.selected.contains(id)) note(id);
  std::erase_if(unlisted, [&](const auto& entry) {
    const auto& [id, since_ms] = entry;
    if (now_ms - since_ms < kExpiredMs) return false;
    forget(stream, id);
    return true;
  });
  stream.unlisted_since_boot_ms = std::move(unlisted);
}

void LocalAssignment::forget(Stream& stream, const std::string& shard_id) {
  if (!options_.selected.contains(shard_id)) stream.kept->shards.erase(shard_id);
  const auto shard = stream.shards.extract(shard_id);
  if (shard.empty() || shard.mapped().grant == 0) return;
  const GrantId grant = shard.mapped().grant;
  // A grant that was not taken yet is withdrawn: a later revocation would come before it.
  const bool withdrawn = std::erase_if(assigned_, [&](const Grant& made) { return made.id == grant; }) > 0;
  if (!withdrawn) revoked_.push_back(grant);
  granted_.erase(grant);
  env_.log(LogLevel::error,
           lost_to_retention("stream " + printable(stream.kept->stream.name) + ", shard " + printable(shard_id),
                             "the shard no longer exists, and it was not read to its end")
               .text());
}

void LocalAssignment::grant_ready(size_t stream_index) {
  Stream& stream = streams_[stream_index];
  if (closing_) return;
  for (auto& [id, shard] : stream.shards) {
    if (shard.grant != 0 || !is_selected(id) || is_at_end(*stream.kept, id)) continue;
    const bool waits =
        std::any_of(shard.info.parent_ids.begin(), shard.info.parent_ids.end(), [&](const auto& parent) {
          return stream.shards.contains(parent) && is_selected(parent) && !is_at_end(*stream.kept, parent);
        });
    // mutation: child before parent
    if (waits) continue;
    const auto entry = stream.kept->shards.find(id);
    granted_[last_grant_ + 1] = {stream_index, id};
    assigned_.push_back({last_grant_ + 1, stream_index, shard.info,
                         entry == stream.kept->shards.end() ? *stream.kept->begin : entry->second});
    shard.grant = ++last_grant_;
  }
}

void LocalAssignment::advance_to(GrantId grant, ShardPosition position) {
  const auto found = granted_.find(grant);
  if (found == granted_.end()) return;
  const auto [stream_index, shard_id] = found->second;
  Stream& stream = streams_[stream_index];
  const bool at_end = position.is_end();
  stream.kept->shards[shard_id] = ReadFrom::after(std::move(position));
  moved_ = true;
  if (!at_end) return;
  granted_.erase(found);
  stream.shards[shard_id].grant = 0;
  grant_ready(stream_index);
}

void LocalAssignment::advance() {
  if (moved_ && env_.clock.monotonic_ms() >= next_save_ms_)
    if (const Status saved = save(); !saved.ok())
      save_incident_.log(throttle_, {}, saved.with_message(saved.message() + "; retrying every second"));
}

Status LocalAssignment::save() {
  save_problem_ = catching_exceptions([this] { return store_->save(checkpoint_); });
  next_save_ms_ =
      env_.clock.monotonic_ms() + (save_problem_.ok() ? options_.checkpoint_interval_ms : kSaveRetryMs);
  // mutation: failed checkpoint save counts as saved
  if (save_problem_.ok()) {
    moved_ = false;
    ++saves_;
    save_incident_.recover(env_, store_->name() + " is saved again");
  }
  return save_problem_;
}

Status LocalAssignment::saved() const {
  if (!moved_ || !save_problem_.ok()) return save_problem_;
  return {
      Code::transient, "PS0313",
      store_->name() + " does not have the latest positions yet; records after it are read again after a restart"};
}

void LocalAssignment::begin_close() {
  closing_ = true;
  if (moved_) static_cast<void>(save());  // saved() returns the error
}

void LocalAssignment::stats(const MetricsSink& metrics) const {
  metrics.counter("checkpoints", "writes", "saves of the positions", saves_);
}

}  // namespace penstock::kinesis
