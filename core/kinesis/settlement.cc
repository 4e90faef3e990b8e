#include "core/kinesis/settlement.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/bytes.h"

namespace penstock {

namespace {

constexpr size_t kMostUnwrittenFailureBytes = 4 << 20;
constexpr int64_t kFlushRetryMs = 1000;
constexpr int64_t kLooksInStuckWarning = 10;

std::string text_of(const ShardPosition& position) {
  if (position.sequence_number.empty()) return "the start";
  std::string text = "sequence number " + position.sequence_number;
  if (position.sub_sequence_number > 0)
    text += " (sub-sequence number " + std::to_string(position.sub_sequence_number) + ")";
  return text;
}

}  // namespace

Progress::RecordNumber Settlement::begin(Shard& shard, ShardPosition position) {
  return shard.progress.open(std::move(position), env_.clock.monotonic_ms());
}

void Settlement::read(Shard& shard, Progress::RecordNumber record) {
  if (shard.progress.release(record)) note_moved(shard);
}

void Settlement::failed(Shard& shard, Progress::RecordNumber record, const Status& why,
                        const penstock_batch& origin, std::string_view data) {
  failures_.add("input", why.message(), origin, view(origin.partition_key), data);
  unflushed_.push_back({shard.grant.id, record});
  if (unflushed_.size() == 1) next_flush_ms_ = env_.clock.monotonic_ms();
}

void Settlement::ended(Shard& shard) {
  // The end is one more record of the shard: nothing holds it, and it waits for all before it.
  read(shard, begin(shard, {std::string(kShardEnd)}));
}

uint64_t Settlement::hand_out(Shard& shard, Progress::RecordNumber record) {
  shard.progress.hold(record);
  return acks_.add(shard.grant.id, record);
}

void Settlement::take_back(uint64_t ack_id) {
  const auto entry = acks_.take(ack_id);
  shards_.at(entry->grant)->progress.release(entry->record);
}

bool Settlement::ack(uint64_t ack_id, int32_t outcome) {
  const auto entry = acks_.take(ack_id);
  if (!entry) return false;
  Shard* shard = find(entry->grant);
  if (shard == nullptr) return true;
  if (outcome != PENSTOCK_GIVEN_BACK) {
    read(*shard, entry->record);
  } else if (shard->progress.abandon(entry->record)) {
    ++holes_;
    env_.log(LogLevel::warn, shard->name() + ": a batch was given back; the checkpoint stays behind it, at " +
                                 text_of(shard->progress.position()) +
                                 ", until a restart, and all after it is then read again");
  }
  return true;
}

void Settlement::advance() {
  const int64_t now_ms = env_.clock.monotonic_ms();
  if (!unflushed_.empty() && now_ms >= next_flush_ms_)
    if (const Status flushed = flush(); !flushed.ok()) reporter_.report(flushed);
  if (now_ms >= next_look_ms_) look_for_holes(now_ms);
}

int64_t Settlement::next_deadline_ms() const { return unflushed_.empty() ? kNever : next_flush_ms_; }

Status Settlement::flush() {
  if (unflushed_.empty()) return {};
  Status flushed = failures_.flush();
  failures_written_ = flushed.ok();
  if (!flushed.ok()) {
    next_flush_ms_ = env_.clock.monotonic_ms() + kFlushRetryMs;
    return flushed;
  }
  for (const Unflushed& done : std::exchange(unflushed_, {}))
    if (Shard* shard = find(done.grant)) read(*shard, done.record);
  return {};
}

// A record that is not settled for long holds its shard's checkpoint: that is said once, and when it is over.
void Settlement::look_for_holes(int64_t now_ms) {
  next_look_ms_ = now_ms + std::max<int64_t>(1, stuck_warning_ms_ / kLooksInStuckWarning);
  for (const auto& [grant, shard] : shards_) {
    const Progress& progress = shard->progress;
    const bool stuck = progress.open_records() > 0 && now_ms - progress.first_opened_ms() >= stuck_warning_ms_;
    if (stuck == shard->stuck) continue;
    shard->stuck = stuck;
    if (stuck)
      env_.log(LogLevel::warn, shard->name() + ": the record with " + text_of(progress.first_open()) +
                                   " is not settled for " +
                                   std::to_string((now_ms - progress.first_opened_ms()) / 1000) +
                                   " s; the checkpoint waits for it, at " + text_of(progress.position()));
    else
      env_.log(LogLevel::info, shard->name() + ": the checkpoint moves again, to " + text_of(progress.position()));
  }
}

void Settlement::note_moved(Shard& shard) {
  if (!std::exchange(shard.moved, true)) moved_.push_back(&shard);
}

std::vector<Shard*> Settlement::take_moved() {
  for (Shard* shard : moved_) shard->moved = false;
  return std::exchange(moved_, {});
}

Shard* Settlement::find(GrantId grant) const {
  const auto found = shards_.find(grant);
  return found == shards_.end() ? nullptr : found->second.get();
}

bool Settlement::may_begin() const { return failures_.pending_bytes() <= kMostUnwrittenFailureBytes; }

void Settlement::stats(const StatTeller& tell) const {
  int64_t open_records = 0, stuck = 0;
  for (const auto& [grant, shard] : shards_) {
    open_records += static_cast<int64_t>(shard->progress.open_records());
    stuck += shard->stuck ? 1 : 0;
  }
  tell.counter("failures", "records", "records in the failure file", failures_.recorded());
  tell.gauge("failures_waiting", "records", "to be written to the failure file; the checkpoint waits for them",
             failures_.pending());
  tell.counter("holes", "records", "source records given back: the checkpoint of their shard stands still",
               holes_);
  tell.gauge("outstanding", "batches", "emitted, not settled yet", static_cast<int64_t>(acks_.outstanding()));
  tell.gauge("open_records", "records", "records that the checkpoint has not passed", open_records);
  tell.gauge("stuck", "shards", "whose checkpoint waits for a record for longer than stuck_warning", stuck);
}

}  // namespace penstock
