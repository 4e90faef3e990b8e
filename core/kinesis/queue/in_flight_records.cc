#include "core/kinesis/queue/in_flight_records.h"

#include <algorithm>
#include <new>
#include <utility>

#include "base/bytes.h"
#include "base/text.h"

namespace penstock::kinesis {

namespace {

constexpr size_t kMaxPendingDeadLetterBytes = 4 << 20;
constexpr int64_t kFlushRetryMs = 1000;
constexpr int64_t kScanMs = 1000;
// Each extension doubles the timeout up to this, so that many records that wait for a long time need few calls.
constexpr int64_t kMaxExtensionS = 600;
// Time until a record that was released is received again. Without a pause, it would use up its receives at once.
constexpr int64_t kReleasePauseS = 30;

}  // namespace

InFlightRecords::InFlightRecords(Env& env, aws::ServiceClient& client, LogThrottle& throttle,
                                 DeadLetterFile* dead_letter_file, Options options)
    : env_(env),
      throttle_(throttle),
      dead_letter_file_(dead_letter_file),
      options_(std::move(options)),
      acknowledging_(
          env, client, throttle, options_.queue, options_.queue_arn, "AcknowledgeQueueRecords",
          "acknowledge records",
          [this](ReceiveNumber number) { return std::string_view(in_flight_.at(number).handle); },
          [this](const EntryCalls::Entry& entry, const Status& outcome, int64_t) {
            on_acknowledged(entry.number, outcome);
          }),
      changing_visibility_(
          env, client, throttle, options_.queue, options_.queue_arn, "UpdateQueueRecordsVisibility",
          "change the visibility of records",
          [this](ReceiveNumber number) { return std::string_view(in_flight_.at(number).handle); },
          [this](const EntryCalls::Entry& entry, const Status& outcome, int64_t sent_boot_ms) {
            on_visibility_changed(entry, outcome, sent_boot_ms);
          }) {}

// Makes room for whatever settling one record needs.
void InFlightRecords::make_room() {
  acknowledging_.make_room();
  changing_visibility_.make_room();
}

ReceiveNumber InFlightRecords::open(const QueueRecord& record, int64_t requested_boot_ms,
                                    int64_t visibility_timeout_s) {
  Received received;
  received.handle = record.receipt_handle;
  received.record_id = record.record_id;
  received.opened_ms = env_.clock.monotonic_ms();
  // mutation: visibility counted from the response
  received.visible_ms = requested_boot_ms + visibility_timeout_s * 1000;
  received.timeout_s = visibility_timeout_s;
  handle_bytes_ = std::max(handle_bytes_, received.handle.size() + received.record_id.size());
  in_flight_.emplace_hint(in_flight_.end(), last_ + 1, std::move(received));
  if (!is_closing_) next_scan_ms_ = std::min(next_scan_ms_, env_.clock.monotonic_ms() + kScanMs);
  return ++last_;
}

bool InFlightRecords::is_valid(ReceiveNumber number) const {
  const Received& received = in_flight_.at(number);
  // mutation: expired queue record emitted
  return !received.is_lost && env_.clock.boot_ms() < received.visible_ms;
}

void InFlightRecords::finish(ReceiveNumber number) {
  make_room();
  release_reference(number);
}

void InFlightRecords::abandon(ReceiveNumber number) {
  make_room();
  Received& received = in_flight_.at(number);
  received.is_released = true;
  if (env_.clock.boot_ms() >= received.visible_ms) received.is_lost = true;
  release_reference(number);
}

void InFlightRecords::fail(ReceiveNumber number, const Status& why, const penstock_batch& origin,
                           std::string_view data) {
  Received& received = in_flight_.at(number);
  if (dead_letter_file_ == nullptr) {
    if (!received.is_released) ++left_to_queue_;
    // mutation: undecodable record acknowledged with on_failure queue
    received.is_released = true;
    throttle_.log(
        options_.queue,
        why.in("a record is left to the queue, which makes it a dead letter after MaxReceiveCount receives"),
        LogLevel::warn);
    return;
  }
  if (unflushed_.size() == unflushed_.capacity()) unflushed_.reserve(2 * unflushed_.size() + 1);
  const int64_t dead_letter =
      dead_letter_file_->add("input", why.message(), origin, view(origin.partition_key), data);
  ++received.references;
  unflushed_.push_back({number, dead_letter});
  if (unflushed_.size() == 1) next_flush_ms_ = env_.clock.monotonic_ms();
}

uint64_t InFlightRecords::issue(ReceiveNumber number) {
  const uint64_t ack_id = acks_.add(number, 0);
  ++in_flight_.at(number).references;
  return ack_id;
}

void InFlightRecords::revoke(uint64_t ack_id) {
  // The record is being read, so that this is not its last reference.
  --in_flight_.at(acks_.take(ack_id)->grant).references;
}

bool InFlightRecords::ack(uint64_t ack_id, int32_t outcome) {
  make_room();
  const auto entry = acks_.take(ack_id);
  if (!entry) return false;
  if (outcome == PENSTOCK_RELEASED) {
    Received& received = in_flight_.at(entry->grant);
    if (!received.is_released) ++released_;
    received.is_released = true;
  }
  release_reference(entry->grant);
  return true;
}

void InFlightRecords::release_reference(ReceiveNumber number) {
  const Entry entry = in_flight_.find(number);
  // mutation: queue record acknowledged before it is delivered
  if (--entry->second.references == 0) settle(entry);
}

// Begins to acknowledge the record, or to make it visible. REQUIRES: make_room().
void InFlightRecords::settle(Entry entry) {
  Received& received = entry->second;
  received.is_settled = true;
  // mutation: released queue record acknowledged
  if (received.is_released) return make_visible(entry);
  // A handle that has expired by our clock may still be valid: the record is safe, so trying does no harm.
  acknowledging_.add({entry->first, std::nullopt});
}

// Ends the record's invisibility, unless it has ended. Waits for a call that is extending it.
void InFlightRecords::make_visible(Entry entry) {
  Received& received = entry->second;
  if (received.is_changing) return;
  if (received.is_lost) {
    in_flight_.erase(entry);
    return;
  }
  received.is_changing = received.is_releasing = true;
  changing_visibility_.add({entry->first, is_closing_ ? 0 : kReleasePauseS});
}

void InFlightRecords::on_acknowledged(ReceiveNumber number, const Status& outcome) {
  const Entry entry = in_flight_.find(number);
  // Not found: an earlier call acknowledged it, and its response was lost; or the stream no longer keeps it.
  if (outcome.ok() || outcome.code() == Code::not_found)
    ++acknowledged_;
  else if (!entry->second.is_lost)
    log_lost(entry->second, outcome);
  entry->second.references = 0;
  // A call that is extending its visibility still needs the handle.
  entry->second.is_lost = true;
  entry->second.is_released = true;
  if (!entry->second.is_changing) in_flight_.erase(entry);
}

void InFlightRecords::on_visibility_changed(const EntryCalls::Entry& changed, const Status& outcome,
                                            int64_t sent_boot_ms) {
  const Entry entry = in_flight_.find(changed.number);
  Received& received = entry->second;
  received.is_changing = false;
  if (received.is_releasing) {
    // One that was released before the shutdown does not wait for its pause any more.
    const bool is_visible = !outcome.ok() || !is_closing_ || *changed.visibility_timeout_s == 0;
    received.is_lost = is_visible;
    if (is_visible && is_closing_) last_visible_ms_ = env_.clock.monotonic_ms();
  } else if (outcome.ok()) {
    received.timeout_s = *changed.visibility_timeout_s;
    received.visible_ms = sent_boot_ms + received.timeout_s * 1000;
  } else {
    if (!received.is_lost) log_lost(received, outcome);
    received.is_lost = true;
  }
  // One that stays waits for release_all(). changing_visibility_ has room for the entry that it has just removed.
  const bool waits = is_closing_ && !received.is_lost;
  if (received.is_released && received.is_settled && !waits) make_visible(entry);
}

// Logs, once in a while, that records are delivered again. Omits the message if memory runs out; the counter still
// has it.
void InFlightRecords::log_lost(const Received& received, const Status& why) noexcept try {
  ++expired_;
  throttle_.log(options_.queue,
                Status(Code::expired, "PS0624",
                       "cannot acknowledge a record or keep it invisible, usually because its receipt handle has "
                       "expired, so the queue delivers it again (record " +
                           printable(received.record_id) + ", in flight for " +
                           std::to_string((env_.clock.monotonic_ms() - received.opened_ms) / 1000) +
                           " s): " + why.message()),
                LogLevel::warn);
} catch (const std::bad_alloc&) {
}

void InFlightRecords::advance() {
  const int64_t now_ms = env_.clock.monotonic_ms();
  if (dead_letter_file_ != nullptr) dead_letter_file_->log_due();
  // DeadLetterFile logs the error.
  if (!unflushed_.empty() && now_ms >= next_flush_ms_) static_cast<void>(flush());
  if (now_ms >= next_scan_ms_) scan(now_ms);
  acknowledging_.advance();
  changing_visibility_.advance();
}

// Extends the visibility of records for which half of it is over, and looks for records that are stuck.
void InFlightRecords::scan(int64_t now_ms) {
  const int64_t boot_ms = env_.clock.boot_ms();
  const Received* oldest = nullptr;
  for (auto entry = in_flight_.begin(); entry != in_flight_.end(); ++entry) {
    const Received& received = entry->second;
    if (!received.is_settled && oldest == nullptr) oldest = &received;
    if (!received.is_released && !received.is_lost && !received.is_changing) extend(entry, boot_ms);
  }
  next_scan_ms_ = in_flight_.empty() ? kNever : now_ms + kScanMs;
  log_stuck(oldest, now_ms);
}

void InFlightRecords::extend(Entry entry, int64_t boot_ms) {
  Received& received = entry->second;
  // mutation: visibility not extended
  if (boot_ms < received.visible_ms - received.timeout_s * 500) return;
  make_room();
  received.is_changing = true;
  changing_visibility_.add(
      {entry->first, std::max(received.timeout_s, std::min(2 * received.timeout_s, kMaxExtensionS))});
}

void InFlightRecords::log_stuck(const Received* oldest, int64_t now_ms) {
  const bool stuck = oldest != nullptr && now_ms - oldest->opened_ms >= options_.stuck_warning_ms;
  if (stuck == std::exchange(is_stuck_, stuck)) return;
  if (stuck)
    env_.warn("PS0625", options_.queue +
                            ": a record has not been settled for longer than stuck_warning; it stays invisible to "
                            "other consumers; check the outputs (record " +
                            printable(oldest->record_id) + ", in flight for " +
                            std::to_string((now_ms - oldest->opened_ms) / 1000) + " s)");
  else
    env_.log(LogLevel::info, options_.queue + ": the records that were stuck are settled");
}

Status InFlightRecords::flush() {
  if (unflushed_.empty()) return {};
  Status flushed = dead_letter_file_->flush();
  dead_letters_written_ = flushed.ok();
  if (!flushed.ok()) next_flush_ms_ = env_.clock.monotonic_ms() + kFlushRetryMs;
  // Moves recorded dead letters to the end and removes them one by one, so that none counts twice if memory runs
  // out.
  const auto waits = [this](const Unflushed& one) {
    // mutation: queue record acknowledged before its dead letter is written
    return one.number > dead_letter_file_->recorded();
  };
  std::partition(unflushed_.begin(), unflushed_.end(), waits);
  for (; !unflushed_.empty() && !waits(unflushed_.back()); unflushed_.pop_back())
    finish(unflushed_.back().receive);
  return flushed;
}

void InFlightRecords::begin_close() {
  is_closing_ = true;
  next_scan_ms_ = kNever;
  unflushed_.clear();  // the records are received again
}

void InFlightRecords::release_all() {
  for (auto entry = in_flight_.begin(); entry != in_flight_.end();) {
    const auto next = std::next(entry);
    make_room();
    // mutation: queue records not released at a shutdown
    if (!entry->second.is_settled) {
      entry->second.is_released = true;
      settle(entry);
    } else if (entry->second.is_released) {
      make_visible(entry);
    }
    entry = next;
  }
}

int64_t InFlightRecords::next_deadline_ms() const {
  const int64_t next_ms = std::min(acknowledging_.next_deadline_ms(), changing_visibility_.next_deadline_ms());
  if (dead_letter_file_ == nullptr) return std::min(next_ms, next_scan_ms_);
  return std::min(
      {next_ms, next_scan_ms_, unflushed_.empty() ? kNever : next_flush_ms_, dead_letter_file_->next_log_ms()});
}

size_t InFlightRecords::table_bytes() const {
  constexpr size_t kNodeBytes = sizeof(Received) + 64;  // and malloc's overhead
  return in_flight_.size() * (kNodeBytes + handle_bytes_) + acks_.held_bytes() + acknowledging_.held_bytes() +
         changing_visibility_.held_bytes() + unflushed_.size() * sizeof(Unflushed);
}

size_t InFlightRecords::held_bytes() const {
  return table_bytes() + (dead_letter_file_ == nullptr ? 0 : dead_letter_file_->pending_bytes());
}

bool InFlightRecords::may_begin() const {
  const size_t pending = dead_letter_file_ == nullptr ? 0 : dead_letter_file_->pending_bytes();
  return pending <= kMaxPendingDeadLetterBytes && table_bytes() <= options_.max_table_bytes;
}

void InFlightRecords::stats(const MetricsSink& metrics) const {
  if (dead_letter_file_ != nullptr) {
    metrics.counter("dead_letter_records", "records", "records in the dead-letter file",
                    dead_letter_file_->recorded());
    metrics.gauge("pending_dead_letter_records", "records",
                  "records to be written to the dead-letter file; they are acknowledged after that",
                  dead_letter_file_->pending());
  }
  metrics.counter("acknowledged_records", "records", "source records acknowledged to the queue", acknowledged_);
  metrics.counter("released_records", "records",
                  "source records released undelivered: the queue delivers them again", released_);
  metrics.counter("records_left_to_queue", "records",
                  "source records that could not be processed, left to the queue's dead-letter handling",
                  left_to_queue_);
  metrics.counter("expired_records", "records",
                  "source records whose receipt handle expired in flight: the queue delivers them again",
                  expired_);
  metrics.gauge("unacked_batches", "batches", "batches emitted, not settled yet",
                static_cast<int64_t>(acks_.outstanding()));
  metrics.gauge("open_records", "records", "records received, not acknowledged yet",
                static_cast<int64_t>(in_flight_.size()));
  const auto oldest = std::find_if(in_flight_.begin(), in_flight_.end(),
                                   [](const auto& entry) { return !entry.second.is_settled; });
  metrics.gauge("oldest_unacked_ms", "ms", "since the oldest record that is not settled was received",
                oldest == in_flight_.end() ? 0 : env_.clock.monotonic_ms() - oldest->second.opened_ms);
}

}  // namespace penstock::kinesis
