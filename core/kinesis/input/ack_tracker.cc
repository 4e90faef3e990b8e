#include "core/kinesis/input/ack_tracker.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "base/bytes.h"

namespace penstock::kinesis {

namespace {

constexpr size_t kMaxPendingDeadLetterBytes = 4 << 20;
constexpr int64_t kFlushRetryMs = 1000;
constexpr int64_t kLooksInStuckWarning = 10;

std::string to_string(const ShardPosition& position) {
  if (position.sequence_number.empty()) return "the start of the shard";
  std::string text = "sequence number " + position.sequence_number;
  if (position.sub_sequence_number > 0)
    text += " (sub-sequence number " + std::to_string(position.sub_sequence_number) + ")";
  return text;
}

// Makes room, so that the next push_back() does not allocate.
template <typename T>
void make_room(std::vector<T>& list) {
  if (list.size() == list.capacity()) list.reserve(2 * list.size() + 1);
}

}  // namespace

// Runs change, and updates the memory that the progress of all shards takes.
template <typename Change>
auto AckTracker::changing(Shard& shard, const Change& change) {
  const size_t before = shard.progress.held_bytes();
  const auto result = change();
  progress_bytes_ += shard.progress.held_bytes() - before;
  return result;
}

ShardProgress::RecordNumber AckTracker::begin(Shard& shard, ShardPosition position) {
  return changing(shard, [&] { return shard.progress.open(std::move(position), env_.clock.monotonic_ms()); });
}

void AckTracker::finish(Shard& shard, ShardProgress::RecordNumber record) {
  make_room_to_move();
  release(shard, record);
}

void AckTracker::fail(Shard& shard, ShardProgress::RecordNumber record, const Status& why,
                      const penstock_batch& origin, std::string_view data) {
  make_room(unflushed_);
  const int64_t number = dead_letter_file_.add("input", why.message(), origin, view(origin.partition_key), data);
  // mutation: input dead letter settled before it is written
  unflushed_.push_back({shard.grant.id, record, number});
  if (unflushed_.size() == 1) next_flush_ms_ = env_.clock.monotonic_ms();
}

void AckTracker::finish_shard(Shard& shard) {
  // The end is a record of its own that nothing keeps open: the position reaches it after everything before it.
  make_room_to_move();
  release(shard, begin(shard, {std::string(kShardEnd)}));
}

uint64_t AckTracker::issue(Shard& shard, ShardProgress::RecordNumber record) {
  const uint64_t ack_id = acks_.add(shard.grant.id, record);
  shard.progress.ref(record);
  return ack_id;
}

void AckTracker::revoke(uint64_t ack_id) {
  const auto entry = acks_.take(ack_id);
  Shard& shard = *shards_.at(entry->grant);
  changing(shard, [&] { return shard.progress.unref(entry->record); });
}

bool AckTracker::ack(uint64_t ack_id, int32_t outcome) {
  make_room_to_move();
  const auto entry = acks_.take(ack_id);
  if (!entry) return false;
  Shard* shard = find(entry->grant);
  if (shard == nullptr) return true;
  // mutation: released batch counts as delivered
  if (outcome != PENSTOCK_RELEASED) {
    release(*shard, entry->record);
  } else if (changing(*shard, [&] { return shard->progress.abandon(entry->record); })) {
    ++holes_;
    log_hole(*shard);
  }
  return true;
}

// Logs that a released batch holds back the checkpoint. Omits the message if memory runs out; the counters still
// have it.
void AckTracker::log_hole(const Shard& shard) noexcept try {
  env_.warn("PS0300",
            shard.name() +
                ": a batch was released undelivered, so the checkpoint stops before it; all records after "
                "the checkpoint are read again after a restart (checkpoint at " +
                to_string(shard.progress.position()) + ")");
} catch (const std::bad_alloc&) {
}

void AckTracker::advance() {
  const int64_t now_ms = env_.clock.monotonic_ms();
  dead_letter_file_.log_due();
  // DeadLetterFile logs the error.
  if (!unflushed_.empty() && now_ms >= next_flush_ms_) static_cast<void>(flush());
  if (now_ms >= next_look_ms_) look_for_holes(now_ms);
}

int64_t AckTracker::next_deadline_ms() const {
  return std::min(unflushed_.empty() ? kNever : next_flush_ms_, dead_letter_file_.next_log_ms());
}

Status AckTracker::flush() {
  if (unflushed_.empty()) return {};
  Status flushed = dead_letter_file_.flush();
  dead_letters_written_ = flushed.ok();
  if (!flushed.ok()) next_flush_ms_ = env_.clock.monotonic_ms() + kFlushRetryMs;
  // Moves recorded dead letters to the end and removes them one by one, so that none counts twice if memory runs
  // out.
  const auto waits = [this](const Unflushed& one) { return one.number > dead_letter_file_.recorded(); };
  std::partition(unflushed_.begin(), unflushed_.end(), waits);
  for (; !unflushed_.empty() && !waits(unflushed_.back()); unflushed_.pop_back())
    if (Shard* shard = find(unflushed_.back().grant)) finish(*shard, unflushed_.back().record);
  return flushed;
}

// Logs, once each, that a shard's checkpoint is stuck because a record stays unsettled for too long, and that it
// moves again.
void AckTracker::look_for_holes(int64_t now_ms) {
  next_look_ms_ = now_ms + std::max<int64_t>(1, stuck_warning_ms_ / kLooksInStuckWarning);
  for (const auto& [grant, shard] : shards_) {
    const ShardProgress& progress = shard->progress;
    const bool stuck = progress.open_records() > 0 && now_ms - progress.first_opened_ms() >= stuck_warning_ms_;
    if (stuck == shard->stuck) continue;
    shard->stuck = stuck;
    if (stuck)
      env_.warn("PS0301", shard->name() +
                              ": the checkpoint is stuck, because a record has not been settled for longer than "
                              "stuck_warning; check the outputs (record at " +
                              to_string(progress.first_open()) + ", open for " +
                              std::to_string((now_ms - progress.first_opened_ms()) / 1000) + " s, checkpoint at " +
                              to_string(progress.position()) + ")");
    else
      env_.log(LogLevel::info,
               shard->name() + ": the checkpoint advances again, to " + to_string(progress.position()));
  }
}

// Makes room in moved_ for the one shard that may move next.
void AckTracker::make_room_to_move() { make_room(moved_); }

void AckTracker::release(Shard& shard, ShardProgress::RecordNumber record) {
  const bool moved = changing(shard, [&] { return shard.progress.unref(record); });
  if (moved && !std::exchange(shard.moved, true)) moved_.push_back(&shard);
}

void AckTracker::forget(const Shard& shard) {
  std::erase(moved_, &shard);
  progress_bytes_ -= shard.progress.held_bytes();
}

void AckTracker::pop_moved() {
  moved_.back()->moved = false;
  moved_.pop_back();
}

Shard* AckTracker::find(GrantId grant) const {
  const auto found = shards_.find(grant);
  return found == shards_.end() ? nullptr : found->second.get();
}

size_t AckTracker::table_bytes() const {
  return progress_bytes_ + acks_.held_bytes() + unflushed_.size() * sizeof(Unflushed);
}

bool AckTracker::may_begin() const {
  return dead_letter_file_.pending_bytes() <= kMaxPendingDeadLetterBytes && table_bytes() <= max_table_bytes_;
}

void AckTracker::stats(const MetricsSink& metrics) const {
  int64_t open_records = 0, stuck = 0;
  for (const auto& [grant, shard] : shards_) {
    open_records += static_cast<int64_t>(shard->progress.open_records());
    stuck += shard->stuck ? 1 : 0;
  }
  metrics.counter("dead_letter_records", "records", "records in the dead-letter file",
                  dead_letter_file_.recorded());
  metrics.gauge("pending_dead_letter_records", "records",
                "records to be written to the dead-letter file; the checkpoint waits for them",
                dead_letter_file_.pending());
  metrics.counter("released_records", "records",
                  "source records released undelivered: the checkpoint of their shard is stuck", holes_);
  metrics.gauge("unacked_batches", "batches", "batches emitted, not settled yet",
                static_cast<int64_t>(acks_.outstanding()));
  metrics.gauge("open_records", "records", "records that the checkpoint has not passed", open_records);
  metrics.gauge("stuck_shards", "shards",
                "shards whose checkpoint waits for a record for longer than stuck_warning", stuck);
}

}  // namespace penstock::kinesis
