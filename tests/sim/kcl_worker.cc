#include "tests/sim/kcl_worker.h"

#include <algorithm>

#include "core/env.h"

namespace penstock::sim {

namespace {

constexpr int64_t kEpsilonMs = 25;
constexpr int64_t kMaxWaitForLeasesMs = 30'000;
constexpr int64_t kLeaseTableCheckMs = 3'000;
constexpr int64_t kInitializationBackoffMs = 1'000;
constexpr int64_t kShardSyncIdleMs = 60'000;  // shardSyncIntervalMillis, after each stream
constexpr int64_t kDispatchMs = 1'000;        // shardConsumerDispatchPollIntervalMillis
constexpr int64_t kReadMs = 1'000;            // idleTimeBetweenReadsInMillis
constexpr int64_t kCleanUpMs = 60'000;
constexpr int64_t kFirstAuditMs = 60'000;
constexpr int64_t kAuditMs = 120'000;
constexpr int64_t kFirstElectionMs = 60'000;
constexpr int64_t kElectionMs = 300'000;
constexpr uint64_t kMaxThinkMs = 1'000;  // between what a task has read and what it writes

}  // namespace

KclWorker::KclWorker(SimClock& clock, KclOptions options, KclLinks links)
    : clock_(clock),
      options_(std::move(options)),
      links_(std::move(links)),
      random_(options_.seed),
      client_([this](model::Request request) { return send(links_.kinesis, std::move(request)); },
              [this] { return clock_.unix_ms(); }),
      table_client_([this](model::Request request) { return send(links_.table, std::move(request)); },
                    [this] { return clock_.unix_ms(); }),
      kcl_(table_client_, "app", options_.worker),
      taker_(options_.worker, options_.failover_ms, options_.max_leases),
      renewer_(kcl_, clock, options_.failover_ms),
      cleanup_(kcl_, client_),
      parts_{clock, random_, kcl_, client_, renewer_, cleanup_, links_.application, options_.checkpoint_ms},
      initialize_{clock.unix_ms()},
      wait_until_ms_(clock.unix_ms() + wait_for_leases_ms()),
      take_ms_(kNever),
      synced_(options_.streams.size()) {
  client_.key = table_client_.key = links_.key;
}

model::Reply KclWorker::send(const model::TestClient::Send& to, model::Request request) {
  if (calls_left_ > 0 && calls_left_ < INT32_MAX) --calls_left_;
  if (!has_ended()) return to(std::move(request));
  model::Reply none;
  none.wire = model::Wire::closed;
  return none;
}

void KclWorker::advance() {
  const int64_t now_ms = clock_.unix_ms();
  if (has_ended()) return;
  try {
    if (!started_) {
      if (initialize_.due(now_ms, kInitializationBackoffMs)) initialize(now_ms);
      return;
    }
    if (renew_.due(now_ms, options_.failover_ms / 3 - kEpsilonMs)) renewer_.renew_all();
    if (read_.due(now_ms, kReadMs))
      for (const auto& [key, consumer] : consumers_) consumer->read();
    if (dispatch_.due(now_ms, kDispatchMs)) dispatch(now_ms);
    if (clean_up_.due(now_ms, kCleanUpMs)) cleanup_.run(now_ms);
    if (scan_.due(now_ms, 2 * (options_.failover_ms + kEpsilonMs))) scan(now_ms);
    if (now_ms >= take_ms_) take(now_ms);
    if (audit_.due(now_ms, kAuditMs)) audit(now_ms);
    create_missing(now_ms);
  } catch (const KclError&) {
    return;  // each task is tried again at its next time
  }
}

int64_t KclWorker::next_deadline_ms() const {
  if (has_ended()) return kNever;
  int64_t next_ms = initialize_.next_ms;
  if (started_) {
    next_ms = std::min({scan_.next_ms, renew_.next_ms, dispatch_.next_ms, read_.next_ms, clean_up_.next_ms,
                        audit_.next_ms, take_ms_});
    for (const Synced& synced : synced_)
      if (!synced.missing.empty()) next_ms = std::min(next_ms, synced.create_ms);
  }
  return next_ms - clock_.unix_ms() + clock_.monotonic_ms();
}

std::set<std::string> KclWorker::reading() const {
  std::set<std::string> keys;
  for (const auto& [key, consumer] : consumers_)
    if (consumer->reads()) keys.insert(key);
  return keys;
}

void KclWorker::shut_down() {
  for (const auto& [key, consumer] : consumers_) consumer->shut_down_requested();
  calls_left_ = 0;
}

// ---- The start

int64_t KclWorker::wait_for_leases_ms() { return 1 + static_cast<int64_t>(random_.up_to(kMaxWaitForLeasesMs)); }

// Only a worker that finds no lease for a while creates the first ones, stream by stream. A call that fails begins
// another attempt, which creates no more leases if some exist by then: the audit does.
void KclWorker::initialize(int64_t now_ms) {
  if (initial_syncs_ == 0 && !kcl_.is_empty()) return start(now_ms);
  if (now_ms < wait_until_ms_) {
    initialize_.next_ms = std::min(now_ms + kLeaseTableCheckMs, wait_until_ms_);
    return;
  }
  if (initial_syncs_ == options_.streams.size()) return start(now_ms);
  try {
    sync(initial_syncs_, now_ms);
    synced_[initial_syncs_].create_ms = now_ms;
    create_missing(now_ms);
  } catch (const KclError&) {
    initial_syncs_ = 0;
    wait_until_ms_ = initialize_.next_ms + wait_for_leases_ms();
    throw;
  }
  ++initial_syncs_;
  initialize_.next_ms = now_ms + kShardSyncIdleMs;
}

void KclWorker::start(int64_t now_ms) {
  started_ = true;
  scan_ = renew_ = dispatch_ = read_ = clean_up_ = {now_ms};
  audit_ = {now_ms + kFirstAuditMs};
  cleanup_.start(now_ms);
}

// ---- Leases

void KclWorker::scan(int64_t now_ms) {
  const auto rows = kcl_.list();
  if (!rows) throw KclError{"a row that KCL cannot read"};
  taker_.observe(*rows, now_ms);
  to_take_ = taker_.choose(now_ms, random_);
  take_ms_ = now_ms + static_cast<int64_t>(random_.up_to(kMaxThinkMs));
}

// A call that fails ends it, and what was taken by then is not held: it expires.
void KclWorker::take(int64_t now_ms) {
  take_ms_ = kNever;
  std::vector<Kcl2Lease> taken;
  for (Kcl2Lease& lease : to_take_) {
    if (!kcl_.take(lease)) continue;
    taker_.taken(lease.key, now_ms);
    taken.push_back(lease);
  }
  for (const Kcl2Lease& lease : taken) renewer_.add(lease);
  taken_ += static_cast<int64_t>(taken.size());
}

void KclWorker::dispatch(int64_t now_ms) {
  std::erase_if(consumers_, [this](const auto& entry) {
    const auto* const held = renewer_.find(entry.first);
    return held == nullptr || held->token != entry.second->token();
  });
  std::vector<std::string> assigned;
  for (const auto& [key, held] : renewer_.held()) assigned.push_back(key);
  for (const std::string& key : assigned) {
    const auto* const held = renewer_.find(key);
    if (held == nullptr) continue;
    if (!consumers_.contains(key)) {
      const auto stream = std::find_if(options_.streams.begin(), options_.streams.end(),
                                       [&](const auto& one) { return one.stream_id() == held->lease.stream_id; });
      if (stream == options_.streams.end()) continue;  // not configured: never read here
      consumers_.emplace(key, std::make_unique<KclShardConsumer>(parts_, *stream, *held));
    }
    consumers_.at(key)->advance();
  }
  was_leader_ = is_leader(now_ms);
}

// ---- The leader

void KclWorker::elect(int64_t now_ms) {
  const auto rows = kcl_.list();
  if (rows) leader_ = kcl_leader(*rows);
  election_ms_ = now_ms + (election_ms_ < 0 ? kFirstElectionMs : kElectionMs);
}

bool KclWorker::is_leader(int64_t now_ms) {
  if (leader_.empty() || now_ms >= election_ms_) elect(now_ms);
  return leader_.empty() || leader_ == options_.worker;
}

void KclWorker::audit(int64_t now_ms) {
  if (!was_leader_ || !is_leader(now_ms)) return;
  const auto rows = kcl_.list();
  if (!rows) throw KclError{"a row that KCL cannot read"};
  for (size_t i = 0; i < options_.streams.size(); ++i) {
    std::vector<Kcl2Lease> of_stream;
    for (const Kcl2Lease& row : *rows)
      if (row.stream_id == options_.streams[i].stream_id()) of_stream.push_back(row);
    if (!synced_[i].holes.must_sync(of_stream)) continue;
    try {
      sync(i, now_ms);
    } catch (const KclError&) {
      continue;  // until the next audit
    }
  }
}

void KclWorker::sync(size_t index, int64_t now_ms) {
  const KclStream& stream = options_.streams[index];
  const bool is_empty = kcl_.is_empty();
  const std::vector<KclShard> shards = stream.list_shards(client_, is_empty);
  if (is_empty && !kcl_covers_all_hash_keys(shards)) throw KclError{"KinesisClientLibIOException"};
  const auto rows = kcl_.list(0, stream.stream_id());
  if (!rows) throw KclError{"a row that KCL cannot read"};
  synced_[index].missing = kcl_missing_leases(stream, shards, *rows, is_empty);
  synced_[index].create_ms = now_ms + static_cast<int64_t>(random_.up_to(kMaxThinkMs));
}

// As in HierarchicalShardSyncer, a call that fails ends it: the other leases of that stream are not created.
void KclWorker::create_missing(int64_t now_ms) {
  for (Synced& synced : synced_) {
    if (now_ms < synced.create_ms) continue;
    for (const Kcl2Lease& lease : std::exchange(synced.missing, {})) kcl_.create(lease);
  }
}

}  // namespace penstock::sim
