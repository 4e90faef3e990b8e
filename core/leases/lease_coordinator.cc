#include "core/leases/lease_coordinator.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "core/backoff.h"
#include "core/kinesis/input/child_shards.h"
#include "core/kinesis/input/stream_errors.h"

namespace penstock::leases {

namespace {
constexpr int64_t kPreparePauseMs = 1'000;
constexpr int64_t kConfigPauseMs = 30'000;
}  // namespace

LeaseCoordinator::LeaseCoordinator(Env& env, LeaseTable& table, LeaseOptions options)
    : env_(env),
      table_(table),
      options_(std::move(options)),
      throttle_(env),
      context_{env, table, throttle_, options_.worker, options_.failover_ms, options_.checkpoint_interval_ms},
      taker_(options_.worker, options_.failover_ms),
      start_logged_(options_.streams),
      problems_(options_.streams),
      writer_(context_, [this](const LeaseOp& op, int64_t started_boot_ms, const LeaseWriteResult& write,
                               const std::string& from) { on_op_done(op, started_boot_ms, write, from); }) {
  for (size_t i = 0; i < options_.streams; ++i)
    streams_.push_back(
        std::make_unique<StreamLeases>(options_.streams == 1, options_.initial, options_.failover_ms));
}

void LeaseCoordinator::advance() {
  if (!closing_) advance_scan();
  writer_.advance();
  if (std::exchange(context_.held_call_ended, false)) check_held_at(0);
  if (context_.written && context_.writing.logged())
    context_.writing.recover(env_, "table " + table_.name() + ": leases are written again");
  if (boot_ms() >= held_due_boot_ms_) advance_held();
}

// Deadlines are on the monotonic clock, but what is due here is on the boot clock, which other workers observe
// too.
int64_t LeaseCoordinator::next_deadline_ms() const {
  int64_t next_ms = context_.held_call_ended ? 0 : context_.room_for_call() ? held_due_boot_ms_ : kNever;
  if (!closing_ && !scanning_) next_ms = std::min(next_ms, scan_boot_ms_);
  if (context_.room_for_call()) next_ms = std::min(next_ms, writer_.next_boot_ms());
  return next_ms == kNever ? kNever : env_.clock.monotonic_ms() + std::max<int64_t>(0, next_ms - boot_ms());
}

std::string LeaseCoordinator::described(size_t stream, const Lease& lease) const {
  return "stream " + streams_[stream]->identity().name + ", shard " + printable(lease.shard_id);
}

// ---- Scanning the table

void LeaseCoordinator::advance_scan() {
  if (scanning_ || boot_ms() < scan_boot_ms_) return;
  scanning_ = true;
  if (!prepared_)
    return table_.prepare(options_.definition, [this](const Result<bool>& usable) { on_prepared(usable); });
  ++scans_;
  LeaseTable::Reads reads = LeaseTable::Reads::eventual;
  for (const auto& stream : streams_)
    if (stream->begin_scan()) reads = LeaseTable::Reads::consistent;
  // Jitter keeps the scans out of step with other workers' renewals. In step, a read just after a renewal could
  // still return the row before it, scan after scan, and the lease of a live owner would be taken.
  const auto jitter_ms = static_cast<uint64_t>(options_.failover_ms / 12);
  scan_boot_ms_ =
      boot_ms() + options_.failover_ms / 3 - static_cast<int64_t>(env_.random.next() % (jitter_ms + 1));
  table_.scan(reads,
              [this, began_ms = boot_ms()](Result<LeaseList> list) { on_scanned(began_ms, std::move(list)); });
}

void LeaseCoordinator::on_prepared(const Result<bool>& usable) {
  scanning_ = false;
  if (!usable.ok()) {
    context_.reached = false;
    scan_boot_ms_ = boot_ms() + (usable.status().retryable() ? kPreparePauseMs : kConfigPauseMs);
    context_.log_failure(reading_, usable.status(), "cannot use the lease table");
    return;
  }
  prepared_ = *usable;
  scan_boot_ms_ = boot_ms() + (prepared_ ? 0 : kPreparePauseMs);
}

void LeaseCoordinator::scan_again_in(int64_t ms) { scan_boot_ms_ = std::min(scan_boot_ms_, boot_ms() + ms); }

void LeaseCoordinator::on_scanned(int64_t began_boot_ms, Result<LeaseList> list) {
  scanning_ = false;
  context_.reached = list.ok();
  if (!list.ok()) {
    const bool retryable = list.status().retryable();
    const Backoff backoff{500, options_.failover_ms / 3};
    scan_boot_ms_ = boot_ms() + (retryable ? backoff.delay_ms(++scan_failures_, env_.random) : kConfigPauseMs);
    context_.log_failure(reading_, list.status(), "cannot read leases");
    return;
  }
  scan_failures_ = 0;
  on_kcl3(*list);
  if (!shared_.ok()) return;
  rows_ = std::move(list->leases);
  rows_as_of_boot_ms_ = began_boot_ms;
  scanned_boot_ms_ = boot_ms();
  taker_.observe(rows_, boot_ms());
  for (size_t i = 0; i < streams_.size(); ++i) {
    streams_[i]->on_scanned(rows_, boot_ms());
    review(i);
  }
  for (const auto& [key, held] : held_) {
    const auto& leases = streams_[held->stream]->leases();
    const auto row = leases.find(held->lease.row().shard_id);
    const bool another = row == leases.end() ||
                         (row->second.owner != options_.worker && row->second.counter > held->lease.row().counter);
    if (another) held->lease.recheck();
  }
  check_held_at(0);
  choose();
  if (reading_.logged()) reading_.recover(env_, "table " + table_.name() + ": leases are read again");
}

void LeaseCoordinator::on_kcl3(const LeaseList& list) {
  const std::string table = "table " + table_.name();
  shared_ = list.kcl3.shared();
  if (shared_.ok()) {
    sharing_.recover(env_, table + ": its leases are shared again");
    const std::string warning = list.kcl3.warning(table_.has_kcl3_index());
    if (!warning.empty() && !std::exchange(kcl3_warned_, true)) env_.warn("PS0512", table + ": " + warning);
    return;
  }
  sharing_.log(throttle_, {}, shared_.in(table));
  writer_.keep_only_creates();
  if (!held_.empty())
    env_.log(LogLevel::info,
             table + ": handing over the leases of this worker (" + std::to_string(held_.size()) + ")");
  for (const auto& [key, held] : held_) end_grant(*held);
  hand_over_all();
}

void LeaseCoordinator::hand_over_all() {
  for (const auto& [key, held] : held_) held->lease.hand_over();
  check_held_at(0);
}

Status LeaseCoordinator::on_shards_listed(size_t index, const kinesis::StreamIdentity& identity,
                                          const std::vector<kinesis::ShardInfo>& shards, int64_t start_ms) {
  StreamLeases& stream = *streams_[index];
  const bool was_known = stream.known();
  stream.on_shards_listed(identity, shards, start_ms, boot_ms());
  if (!was_known && scanned_boot_ms_) stream.on_scanned(rows_, *scanned_boot_ms_);
  review(index);
  if (!was_known && stream.known() && shared_.ok()) choose();
  return stream.problem();
}

// Decides what to do about the rows and shards of a stream, and starts it.
void LeaseCoordinator::review(size_t index) {
  StreamLeases& stream = *streams_[index];
  if (stream.problem().ok()) {
    problems_[index].recover(env_, "stream " + stream.identity().name + ": its leases are used again");
  } else {
    problems_[index].log(throttle_, {}, stream.problem());
    for (const auto& [key, held] : held_) {
      if (held->stream != index) continue;
      end_grant(*held);
      held->lease.hand_over();
    }
    check_held_at(0);
  }
  if (!stream.known() || closing_ || !shared_.ok()) return;
  if (stream.start_is_undecided())
    scan_again_in(0);
  else if (!std::exchange(start_logged_[index], true))
    env_.log(LogLevel::info, stream.start());
  for (Lease& lease : stream.missing(boot_ms()))
    writer_.add({LeaseOp::Kind::create, index, std::move(lease), decided_until_boot_ms()});
  for (Lease& lease : stream.obsolete(options_.worker)) {
    const bool ended = lease.checkpoint == kinesis::kShardEnd;
    // A worker that lost this lease may not know that for up to failover_ms, and would create the row again.
    if (ended && taker_.unchanged_ms(lease, boot_ms()) < options_.failover_ms) continue;
    if (!ended)
      throttle_.log(kinesis::lost_to_retention(
          described(index, lease), "the shard no longer exists, last checkpoint: " + printable(lease.checkpoint)));
    writer_.add({LeaseOp::Kind::remove, index, std::move(lease), decided_until_boot_ms()});
  }
  end_ready(index);
  grant_ready(index);
}

void LeaseCoordinator::choose() {
  std::vector<Lease> rows;
  std::map<std::string, size_t> stream_of;
  for (size_t i = 0; i < streams_.size(); ++i) {
    if (!streams_[i]->known()) continue;
    for (const auto& [shard_id, lease] : streams_[i]->leases()) {
      if (!streams_[i]->shard(shard_id)) continue;
      stream_of[lease.key] = i;
      rows.push_back(lease);
    }
  }
  std::set<std::string> held = writer_.keys();
  for (const auto& [key, lease] : held_) held.insert(key);
  LeaseTaker::Choice choice = taker_.choose(rows, held, *scanned_boot_ms_, env_.random);
  std::deque<LeaseOp> takes;
  for (Lease& lease : choice.leases) {
    const size_t stream = stream_of[lease.key];
    LeaseChange beginning = streams_[stream]->beginning_of(lease);
    takes.push_back(
        {LeaseOp::Kind::take, stream, std::move(lease), decided_until_boot_ms(), std::move(beginning)});
  }
  writer_.set_takes(std::move(takes), choice.most);
  free_ = choice.free;
}

// ---- Results of lease writes

void LeaseCoordinator::on_op_done(const LeaseOp& op, int64_t started_boot_ms, const LeaseWriteResult& write,
                                  const std::string& from) {
  StreamLeases& stream = *streams_[op.stream];
  const bool done = write.outcome != LeaseWriteResult::Outcome::conflict;
  switch (op.kind) {
    case LeaseOp::Kind::create:
      made_ += done ? 1 : 0;
      if (write.row) stream.on_row(*write.row);
      if (!writer_.has_waiting_rows()) scan_again_in(0);
      return;
    case LeaseOp::Kind::remove:
      removed_ += done ? 1 : 0;
      if (done) stream.on_row_deleted(op.lease.shard_id);
      return;
    case LeaseOp::Kind::take:
      if (write.row) stream.on_row(*write.row);
      if (!done) return;
      // The response to an earlier call was lost, so it is unknown since when the lease is ours: renew it first.
      const bool now = write.outcome == LeaseWriteResult::Outcome::done;
      return hold(op, *write.row, now ? started_boot_ms : boot_ms() - options_.failover_ms, from);
  }
}

void LeaseCoordinator::hold(const LeaseOp& op, const Lease& row, int64_t taken_boot_ms, const std::string& from) {
  ++taken_;
  const bool of_another = !from.empty() && from != options_.worker;
  const bool was_seen = from == op.lease.owner;  // not the result of an earlier take whose response was lost
  if (of_another && was_seen)
    ++(taker_.unchanged_ms(op.lease, boot_ms()) < options_.failover_ms ? stolen_ : taken_over_);
  env_.log(LogLevel::info, described(op.stream, row) + ": lease taken" +
                               (of_another ? " from " + printable(from) : "") + ", checkpoint at " +
                               printable(row.checkpoint));
  auto held = std::make_unique<Held>(context_, op.stream, row, taken_boot_ms);
  if (closing_ || !shared_.ok() || !streams_[op.stream]->problem().ok()) held->lease.hand_over();
  held_[row.key] = std::move(held);
  check_held_at(0);
  grant_ready(op.stream);
}

// ---- Held leases

void LeaseCoordinator::grant_ready(size_t index) {
  const StreamLeases& stream = *streams_[index];
  if (closing_ || !shared_.ok() || !stream.known()) return;
  for (const auto& [key, held] : held_) {
    const Lease& row = held->lease.row();
    if (held->stream != index || held->granted || held->lease.state() != HeldLease::State::held ||
        row.checkpoint == kinesis::kShardEnd || !stream.may_begin(row.shard_id))
      continue;
    std::optional<kinesis::ShardInfo> shard = stream.shard(row.shard_id);
    if (!shard) continue;
    std::map<kinesis::GrantId, Held*> granted = {{++last_grant_, held.get()}};
    assigned_.push_back({last_grant_, index, std::move(*shard), StreamLeases::read_from(row)});
    // Nothing allocates from here on: the grant is made completely, or not at all.
    granted_.merge(granted);
    held->granted = true;
    held->grant = last_grant_;
  }
}

void LeaseCoordinator::end_ready(size_t index) {
  for (const auto& [key, held] : held_) {
    if (held->stream != index || !held->lease.waits_for_children()) continue;
    // A scan that does not show our own row is too old to show where children begin.
    if (!streams_[index]->leases().contains(held->lease.row().shard_id)) continue;
    std::vector<Lease> children = held->children.empty() ? streams_[index]->children_of(held->lease.row().shard_id)
                                                         : streams_[index]->child_leases(held->children);
    if (children.empty()) continue;  // until a list has them, and a scan the leases of their other parents
    held->lease.end_shard(std::move(children));
    check_held_at(0);
  }
}

// The rows of the children say which parents each has, and it begins when the rows of all of these are at their
// ends.
bool LeaseCoordinator::on_children_found(kinesis::GrantId grant, const std::vector<kinesis::ShardInfo>& children) {
  const auto granted = granted_.find(grant);
  if (granted == granted_.end()) return true;
  Held& held = *granted->second;
  const std::optional<kinesis::ShardInfo> shard = streams_[held.stream]->shard(held.lease.row().shard_id);
  if (!shard || !kinesis::are_all_children(*shard, children)) return false;
  held.children = children;
  return true;
}

bool LeaseCoordinator::is_valid(kinesis::GrantId grant) const {
  const auto granted = granted_.find(grant);
  // mutation: emit without a valid lease
  return granted != granted_.end() && granted->second->lease.is_valid();
}

void LeaseCoordinator::advance_to(kinesis::GrantId grant, kinesis::ShardPosition position) {
  const auto granted = granted_.find(grant);
  if (granted == granted_.end()) return;
  Held& held = *granted->second;
  const bool ended = position.is_end();
  held.lease.advance_to(std::move(position));
  check_held_at(held.lease.next_boot_ms());
  if (!ended) return;
  granted_.erase(granted);
  held.grant = 0;
  if (streams_[held.stream]->known()) end_ready(held.stream);
}

void LeaseCoordinator::end_grant(Held& held) {
  if (held.grant == 0) return;
  // A grant that was not taken yet is withdrawn: a later revocation would come before it.
  const bool withdrawn =
      std::erase_if(assigned_, [&](const kinesis::Grant& grant) { return grant.id == held.grant; }) > 0;
  if (!withdrawn) revoked_.push_back(held.grant);
  granted_.erase(held.grant);
  held.grant = 0;
}

void LeaseCoordinator::advance_held() {
  held_due_boot_ms_ = kNever;
  for (auto entry = held_.begin(); entry != held_.end();) {
    Held& held = *entry->second;
    if (context_.room_for_call()) held.lease.advance();
    const HeldLease::State state = held.lease.state();
    if (state == HeldLease::State::held || held.lease.calling()) {
      check_held_at(held.lease.next_boot_ms());
      ++entry;
      continue;
    }
    StreamLeases& stream = *streams_[held.stream];
    const Lease row = held.lease.newest_row();
    // This worker knows best how far the shard was read. But once the lease is not valid, others may have read it
    // to its end.
    const int64_t until_boot_ms = held.lease.valid_until_boot_ms();
    const bool recreates = state == HeldLease::State::deleted && boot_ms() < until_boot_ms;
    if (state == HeldLease::State::lost || state == HeldLease::State::deleted) {
      ++lost_;
      // A lease that is valid can only be taken to balance the load.
      if (state == HeldLease::State::lost && boot_ms() >= until_boot_ms) ++expired_;
      end_grant(held);
      const std::string lease = described(held.stream, row) + ": lease ";
      if (state == HeldLease::State::lost)
        env_.warn("PS0502", lease + "lost to another worker, which continues from its last checkpoint");
      else if (recreates)
        env_.warn("PS0514",
                  lease + "deleted by another program, creating it again at " + printable(row.checkpoint));
      else
        env_.warn("PS0514",
                  lease +
                      "deleted by another program while this worker could not renew it; if the shard still "
                      "exists, the lease is created again and starts at the beginning");
    }
    if (state == HeldLease::State::deleted || state == HeldLease::State::finished) {
      stream.on_row_deleted(row.shard_id);
      if (recreates && stream.known() && stream.shard(row.shard_id))
        writer_.add({LeaseOp::Kind::create, held.stream, row, until_boot_ms});
    } else if (state == HeldLease::State::released) {
      stream.on_row(held.lease.row());
      scan_again_in(0);
    }
    const size_t index = held.stream;
    granted_.erase(held.grant);  // still there if it was handed over; late acknowledgments are ignored
    entry = held_.erase(entry);
    grant_ready(index);
  }
}

// ---- Shutdown and statistics

void LeaseCoordinator::begin_close() {
  closing_ = true;
  writer_.keep_only_creates();
  hand_over_all();
}

bool LeaseCoordinator::closed() const { return closing_ && held_.empty() && writer_.keys().empty(); }

Status LeaseCoordinator::saved() const {
  for (const auto& [key, held] : held_)
    if (!held->lease.all_saved())
      return {Code::transient, "PS0501",
              "the latest position of shard " + printable(held->lease.row().shard_id) +
                  " is not in the lease table yet; records after the saved one are read again (latest " +
                  held->lease.newest_row().checkpoint + ")"};
  return {};
}

bool LeaseCoordinator::healthy() const {
  return context_.reached && shared_.ok() &&
         std::all_of(streams_.begin(), streams_.end(), [](const auto& stream) { return stream->problem().ok(); });
}

void LeaseCoordinator::stats(const MetricsSink& metrics) const {
  int64_t age_ms = 0;
  for (const auto& [key, held] : held_)
    age_ms = std::max(age_ms, boot_ms() - (held->lease.valid_until_boot_ms() - options_.failover_ms));
  metrics.gauge("leases", "leases", "leases held by this worker", static_cast<int64_t>(held_.size()));
  metrics.gauge("lease_age_ms", "ms", "since the renewal of the held lease that was renewed least recently",
                age_ms);
  metrics.gauge("free_leases", "leases", "leases that no worker reads, as of the last scan",
                static_cast<int64_t>(free_));
  metrics.counter("lease_writes", "calls", "writes to the lease table: renewals, checkpoints, ...",
                  context_.writes);
  metrics.counter("lease_scans", "scans", "scans of the lease table", scans_);
  metrics.counter("taken_leases", "leases", "leases taken by this worker", taken_);
  metrics.counter("stolen_leases", "leases", "leases taken from a worker that was alive, to balance", stolen_);
  metrics.counter("taken_over_leases", "leases", "leases taken from a worker that no longer renewed them",
                  taken_over_);
  metrics.counter("lost_leases", "leases", "leases lost by this worker: taken by another, or deleted", lost_);
  metrics.counter("expired_leases", "leases",
                  "leases lost because this worker did not renew them within failover_time", expired_);
  metrics.counter("created_leases", "leases", "leases created for shards without a lease", made_);
  metrics.counter("deleted_leases", "leases",
                  "leases deleted because their shards were read to the end or have expired", removed_);
}

}  // namespace penstock::leases
