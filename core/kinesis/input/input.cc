#include "core/kinesis/input/input.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace penstock::kinesis {

namespace {
// Divisor of mem_limit: half of it may hold the state of unsettled records. Above that, emitting pauses.
constexpr size_t kTablesShare = 2;
constexpr size_t kMaxCalls = 64;  // in flight, each on its own connection
constexpr int64_t kUnreadablePauseMs = 5000;
constexpr int64_t kLookAgainMs = 1000;  // until the stream of a shard whose end is in doubt is listed again
}  // namespace

Input::Input(Env& env, const std::vector<InputStream>& streams, Assignment& assignment,
             DeadLetterFile& dead_letter_file, InputOptions options)
    : env_(env),
      assignment_(assignment),
      options_(options),
      throttle_(env),
      reads_(streams.size()),
      acks_(env, dead_letter_file, shards_, options.stuck_warning_ms, options.mem_limit_bytes / kTablesShare),
      decoder_(options.decode),
      volumes_(options.top_log_groups, env.clock.monotonic_ms()) {
  for (const InputStream& stream : streams)
    streams_.emplace_back(env, *stream.client, throttle_, totals_, stream.name,
                          [this, index = streams_.size()](const StreamIdentity& identity,
                                                          const std::vector<ShardInfo>& shards, int64_t start_ms) {
                            return on_shards_listed(index, identity, shards, start_ms);
                          });
}

// ---- Reading

template <typename Work>
auto Input::guarded(const Work& work) {
  try {
    if (needs_recovery_) recover();
    return work();
  } catch (...) {
    needs_recovery_ = true;
    throw;
  }
}

// Rebuilds, from the shards, everything that derives from them.
void Input::recover() {
  scheduler_.clear();
  calls_ = 0;
  for (const GrantedShards* shards : {&shards_, &revoked_})
    for (const auto& [grant, shard] : *shards) calls_ += shard->reader && shard->reader->calling() ? 1 : 0;
  for (const auto& [grant, shard] : shards_)
    if (shard->reader && shard.get() != current_) scheduler_.requeue(*shard);
  if (current_ != nullptr) suspend_current();  // the exception may have stopped the decoder anywhere
  needs_recovery_ = false;
}

void Input::pump(int64_t deadline_ms) {
  guarded([&] { turn(deadline_ms); });
}

void Input::turn(int64_t deadline_ms) {
  env_.transport.drive(std::min(deadline_ms, next_deadline_ms()));
  advance();
}

void Input::advance() {
  volumes_.advance(env_.clock.monotonic_ms());
  retire_ended();
  for (StreamWatcher& stream : streams_) stream.advance();
  acks_.advance();
  report_positions();
  assignment_.advance();
  take_revoked();
  take_assigned();
  start_calls();
}

void Input::retire_ended() {
  for (Shard* shard : scheduler_.take_ended()) {
    if (!assignment_.on_children_found(shard->grant.id, shard->reader->child_shards()))
      shard->stream.refresh_within(0);  // to find its children
    acks_.finish_shard(*shard);
    shard->reader.reset();
  }
}

void Input::report_positions() {
  while (Shard* const shard = acks_.first_moved()) {
    const ShardPosition& position = shard->progress.position();
    const ShardPosition& last = shard->progress.last_before_end();
    // The end may have to wait until the shard's children are known, but not the position of its last record.
    if (position.is_end() && !last.sequence_number.empty()) assignment_.advance_to(shard->grant.id, last);
    assignment_.advance_to(shard->grant.id, position);
    acks_.pop_moved();
    if (position.is_end()) shards_.erase(shard->grant.id);
  }
}

void Input::take_assigned() {
  if (assigned_.empty()) assigned_ = assignment_.take_assigned();
  while (!assigned_.empty()) {
    StreamWatcher& stream = streams_[assigned_.back().stream];
    auto made = std::make_unique<Shard>(assigned_.back(), stream);
    Shard& shard = *made;
    shard.reader = std::make_unique<ShardReader>(
        env_, stream.client(), totals_, stream.name().text, shard.grant.shard.id, shard.grant.from,
        options_.reading, [this, &shard](const Status& status) { on_call_done(shard, status); });
    if (!shard.grant.shard.open) shard.reader->note_closed();
    shards_[shard.grant.id] = std::move(made);
    assigned_.pop_back();
    scheduler_.requeue(shard);
  }
}

// Logs a failed read. One incident covers the stream, because its shards usually fail together and for one reason.
void Input::report_read(const Shard& shard, const Status& status) {
  const bool warning = status.retryable() || status.code() == Code::not_found;
  reads_[shard.grant.stream].log(throttle_, "stream " + shard.stream.name().name,
                                 status.in("cannot read shard " + printable(shard.grant.shard.id) +
                                           (warning ? ", retrying" : ", retrying every 30 s")),
                                 warning ? LogLevel::warn : LogLevel::error);
}

void Input::note_read(const Shard& shard) {
  Incident& incident = reads_[shard.grant.stream];
  if (!incident.logged()) return;
  for (const auto& [id, other] : shards_)
    if (other->grant.stream == shard.grant.stream && other->reader && other->reader->failing()) return;
  incident.recover(env_, "stream " + shard.stream.name().name + ": all shards are read again");
}

Status Input::on_shards_listed(size_t stream, const StreamIdentity& identity, const std::vector<ShardInfo>& shards,
                               int64_t start_ms) {
  std::set<std::string_view> closed;
  for (const ShardInfo& shard : shards)
    if (!shard.open) closed.insert(shard.id);
  Status taken = assignment_.on_shards_listed(stream, identity, shards, start_ms);
  if (!taken.ok()) return taken;  // it may be another stream with that name
  for (const auto& [id, shard] : shards_)
    if (shard->grant.stream == stream && shard->reader && closed.contains(shard->grant.shard.id))
      shard->reader->note_closed();
  return taken;
}

// Emits nothing more of revoked shards, and ignores acknowledgments of what was emitted.
void Input::take_revoked() {
  std::erase_if(revoked_, [](const auto& entry) { return !entry.second->reader->calling(); });
  for (const GrantId id : assignment_.take_revoked()) {
    std::erase_if(assigned_, [id](const Grant& grant) { return grant.id == id; });
    auto entry = shards_.extract(id);
    if (entry.empty()) continue;
    const std::unique_ptr<Shard>& shard = entry.mapped();
    acks_.forget(*shard);
    scheduler_.remove(*shard);
    if (current_ == shard.get()) {
      current_ = nullptr;
      decoder_.leave();
    }
    if (shard->reader && shard->reader->calling()) revoked_.insert(std::move(entry));
  }
}

void Input::start_calls() {
  const int64_t now_ms = env_.clock.monotonic_ms();
  while (calls_ < kMaxCalls && scheduler_.next_due_ms() <= now_ms) {
    Shard& shard = scheduler_.first_due();
    if (shard.stream.readable() && !room_for_first_due()) return;  // it comes first once there is room
    scheduler_.pop_due();
    if (!shard.stream.readable()) {
      scheduler_.requeue(shard, now_ms + kUnreadablePauseMs);
      continue;
    }
    ++calls_;
    shard.reader->start_call(call_bytes());
  }
}

void Input::on_call_done(Shard& shard, const Status& status) {
  --calls_;
  // Throttling is normal when a shard has several consumers, and an iterator expires while the outputs are full.
  const bool usual =
      status.code() == Code::throttled || status.code() == Code::expired || status.code() == Code::too_large;
  if (status.code() == Code::not_found) shard.stream.mark_missing();
  if (shard.reader->end_in_doubt()) shard.stream.refresh_within(kLookAgainMs);
  if (!status.ok() && !usual) report_read(shard, status);
  if (status.ok() && !shard.reader->failing()) note_read(shard);
  // mutation: shard not read again after an error
  if (shards_.contains(shard.grant.id)) scheduler_.requeue(shard);
}

size_t Input::held_bytes() const { return totals_.held_bytes + decoder_.buffer_bytes() + acks_.held_bytes(); }

bool Input::room_for_first_due() const {
  const size_t held = held_bytes();
  // Buffers that are only kept for the next record must not block a call.
  const size_t kept = current_ == nullptr ? decoder_.buffer_bytes() : 0;
  // mutation: input memory without limit
  return held <= kept ||
         held + scheduler_.first_due().reader->wanted_bytes(call_bytes()) <= options_.mem_limit_bytes;
}

int64_t Input::next_deadline_ms() const {
  const int64_t now_ms = env_.clock.monotonic_ms();
  if (needs_recovery_) return now_ms;
  const bool records_wait = current_ != nullptr || scheduler_.ready() > 0;
  if (!full_ && records_wait && acks_.may_begin()) return std::max(now_ms, emit_again_ms_);
  if (scheduler_.has_ended() || acks_.has_moved()) return now_ms;
  int64_t next_ms =
      std::min({env_.transport.next_deadline_ms(), acks_.next_deadline_ms(), assignment_.next_deadline_ms()});
  for (const StreamWatcher& stream : streams_) next_ms = std::min(next_ms, stream.next_call_ms());
  if (calls_ < kMaxCalls && scheduler_.next_due_ms() != kNever && room_for_first_due())
    next_ms = std::min(next_ms, scheduler_.next_due_ms());
  return next_ms;
}

int32_t Input::poll(int64_t deadline_ms, penstock_emit_fn emit, void* emit_ctx) {
  full_ = false;
  return guarded([&] {
    for (;;) {
      turn(deadline_ms);
      bool emitted = false;
      const int32_t result = emit_contained(emit, emit_ctx, emitted);
      if (emitted || result != PENSTOCK_OK || env_.clock.monotonic_ms() >= deadline_ms) return result;
    }
  });
}

// ---- Shutdown

Status Input::close(int64_t deadline_ms) {
  Status flushed = catching_exceptions([this] { return acks_.flush(); });
  Status reported = catching_exceptions([this] { return report_positions(), Status(); });
  assignment_.begin_close();
  while (!assignment_.closed() && env_.clock.monotonic_ms() < deadline_ms) {
    env_.transport.drive(std::min(deadline_ms, assignment_.next_deadline_ms()));
    assignment_.advance();
  }
  if (!flushed.ok()) return flushed;
  if (!reported.ok()) return reported;
  if (Status saved = assignment_.saved(); !saved.ok()) return saved;
  if (!assignment_.closed())
    return {
        Code::transient, "PS0305",
        "the shutdown timed out before all leases were released; other workers take them over after they expire"};
  return {};
}

}  // namespace penstock::kinesis
