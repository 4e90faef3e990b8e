#include "core/kinesis/queue/queue_input.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace penstock::kinesis {

namespace {
// Divisor of mem_limit: half of it may hold the state of open records. Above that, receiving and emitting pause.
constexpr size_t kTablesShare = 2;
// A shorter timeout of the queue would need an extension every few seconds for each record in flight.
constexpr int64_t kMinVisibilityS = 30;
constexpr int64_t kLastResponsesMs = 1500;  // how long a shutdown waits for responses that may bring records
}  // namespace

QueueInput::QueueInput(Env& env, aws::ServiceClient& client, const QueueName& queue,
                       DeadLetterFile* dead_letter_file, const QueueInputOptions& options)
    : env_(env),
      client_(client),
      options_(options),
      leaves_dead_letters_(dead_letter_file == nullptr),
      throttle_(env),
      watcher_(env, client, throttle_, queue,
               [this](const QueueDescription& description) { on_described(description); }),
      in_flight_(env, client, throttle_, dead_letter_file,
                 {watcher_.title(), queue.arn, options.stuck_warning_ms, options.mem_limit_bytes / kTablesShare}),
      receiver_(env, client, throttle_, in_flight_,
                {watcher_.title(), queue.arn, options.wait_s, options.mem_limit_bytes},
                [this](const Status& status) {
                  if (status.code() == Code::not_found) watcher_.mark_missing();
                }),
      stream_(queue.id),
      decoder_(options.decode),
      volumes_(options.top_log_groups, env.clock.monotonic_ms()) {}

template <typename Work>
auto QueueInput::guarded(const Work& work) {
  try {
    if (std::exchange(needs_recovery_, false) && current_ != 0) resume_record();
    return work();
  } catch (...) {
    needs_recovery_ = true;
    throw;
  }
}

// Receives nothing: while the outputs are full, records are better received by another consumer.
void QueueInput::pump(int64_t deadline_ms) {
  receives_ = false;
  guarded([&] { turn(deadline_ms); });
}

void QueueInput::turn(int64_t deadline_ms) {
  env_.transport.drive(std::min(deadline_ms, next_deadline_ms()));
  advance();
}

void QueueInput::advance() {
  volumes_.advance(env_.clock.monotonic_ms());
  watcher_.advance();
  in_flight_.advance();
  if (receives_ && watcher_.active()) receiver_.advance(other_bytes());
}

void QueueInput::on_described(const QueueDescription& description) {
  receiver_.set_visibility_timeout_s(
      std::clamp(description.visibility_timeout_s, kMinVisibilityS, kMaxVisibilityS));
  if (const size_t slash = description.stream_arn.rfind('/'); slash != std::string::npos)
    stream_ = description.stream_arn.substr(slash + 1);
  const bool is_known = !description.status.empty();
  if (leaves_dead_letters_ && is_known && !description.max_receive_count &&
      !std::exchange(missing_dead_letters_logged_, true))
    env_.warn("PS0626",
              watcher_.title() +
                  ": on_failure is queue, but the queue has no dead-letter handling, so that a record that "
                  "cannot be decoded is received again until the stream no longer keeps it; set "
                  "MaxReceiveCount with UpdateQueue");
}

int64_t QueueInput::next_deadline_ms() const {
  const int64_t now_ms = env_.clock.monotonic_ms();
  if (needs_recovery_) return now_ms;
  const bool records_wait = receiver_.record() != nullptr;
  if (!full_ && records_wait && in_flight_.may_begin()) return std::max(now_ms, emit_again_ms_);
  int64_t next_ms =
      std::min({env_.transport.next_deadline_ms(), in_flight_.next_deadline_ms(), watcher_.next_deadline_ms()});
  if (receives_ && watcher_.active()) next_ms = std::min(next_ms, receiver_.next_call_ms(other_bytes()));
  return next_ms;
}

int32_t QueueInput::poll(int64_t deadline_ms, penstock_emit_fn emit, void* emit_ctx) {
  full_ = false;
  receives_ = true;
  return guarded([&] {
    for (;;) {
      turn(deadline_ms);
      bool emitted = false;
      const int32_t result = emit_contained(emit, emit_ctx, emitted);
      if (emitted || result != PENSTOCK_OK || env_.clock.monotonic_ms() >= deadline_ms) return result;
    }
  });
}

// Waits for calls that end soon. A call that is still waiting when records are released receives them again, which
// uses up one more of their receives.
void QueueInput::finish_receiving(int64_t until_ms) {
  for (;;) {
    in_flight_.advance();
    if (!receiver_.busy() || env_.clock.monotonic_ms() >= until_ms) return;
    env_.transport.drive(std::min(until_ms, in_flight_.next_deadline_ms()));
  }
}

// Releases all records, and those that a call in flight receives meanwhile. Returns whether that was finished.
bool QueueInput::release_all(int64_t deadline_ms) {
  for (;;) {
    in_flight_.release_all();
    in_flight_.advance();
    const int64_t now_ms = env_.clock.monotonic_ms();
    int64_t until_ms = deadline_ms;
    if (in_flight_.closed()) {
      if (receiver_.calls_in_flight() == 0) return true;
      // A call that waits for records receives those that have become visible.
      until_ms = std::min(deadline_ms, in_flight_.last_visible_ms() + kLastResponsesMs);
    }
    if (now_ms >= until_ms) return in_flight_.closed();
    env_.transport.drive(std::min(until_ms, in_flight_.next_deadline_ms()));
  }
}

Status QueueInput::close(int64_t deadline_ms) {
  receiver_.stop();
  Status flushed = catching_exceptions([this] { return in_flight_.flush(); });
  in_flight_.begin_close();
  const int64_t now_ms = env_.clock.monotonic_ms();
  finish_receiving(std::min(now_ms + kLastResponsesMs, now_ms + (deadline_ms - now_ms) / 2));
  const bool released = release_all(deadline_ms);
  if (!flushed.ok()) return flushed;
  if (!released)
    return {Code::transient, "PS0627",
            watcher_.title() +
                ": the shutdown timed out before all records were acknowledged or made visible; the others are "
                "received again after their visibility timeout"};
  return {};
}

void QueueInput::stats(const MetricsSink& metrics) const {
  metrics.counter("received_records", "records", "source records received", receiver_.records());
  metrics.counter("redelivered_records", "records",
                  "source records received that some consumer had received before", receiver_.redelivered());
  metrics.counter("received_bytes", "bytes", "data of the source records received", receiver_.bytes());
  decoder_.stats(metrics);
  metrics.counter("emitted_batches", "batches", "batches emitted", batches_out_);
  metrics.counter(
      "calls", "calls",
      "calls of ReceiveQueueRecords, AcknowledgeQueueRecords, UpdateQueueRecordsVisibility and DescribeQueue",
      receiver_.calls() + in_flight_.calls() + watcher_.calls());
  metrics.counter("retries", "calls", "calls, or entries of them, made again after a failure",
                  receiver_.retries() + in_flight_.retries());
  volumes_.stats(metrics);
  receiver_.responses().stats(metrics, "ReceiveQueueRecords");
  in_flight_.stats(metrics);
  metrics.gauge(
      "lag_ms", "ms",
      "age of the newest record received, 0 if no more were visible; negative: no response yet, or none arrives",
      receiver_.lag_ms());
  metrics.gauge("unreadable_streams", "streams", "1 while the queue is not found, not active, or not reached yet",
                watcher_.active() ? 0 : 1);
  metrics.gauge("failing_ms", "ms", "since the first of the receiving calls that have failed in a row; 0: none",
                receiver_.failing_ms());
  metrics.gauge("receive_calls", "calls", "ReceiveQueueRecords calls in flight",
                static_cast<int64_t>(receiver_.calls_in_flight()));
  metrics.gauge("memory_bytes", "bytes", "held or reserved, under mem_limit", static_cast<int64_t>(held_bytes()));
  metrics.gauge("memory_limit_bytes", "bytes", "the option mem_limit, the limit of memory_bytes",
                static_cast<int64_t>(options_.mem_limit_bytes));
  metrics.gauge("healthy", "", "0 while records cannot be acknowledged, or the dead-letter file cannot be written",
                in_flight_.healthy() ? 1 : 0);
}

}  // namespace penstock::kinesis
