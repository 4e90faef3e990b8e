#include "fluentbit/output/delivery.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/message_id.h"
#include "base/text.h"
#include "fluentbit/agent/receipts.h"

namespace penstock::fluentbit {

Delivery::Delivery(DeliveryStages stages, RecordFormat format, LogRelay& log)
    : stages_(std::move(stages)), batch_(std::move(format)), log_(log), output_(*stages_.output) {}

std::string Delivery::open() {
  const penstock_host host = client::logging_host(log_);
  return output_.open(&host, stages_.output_options);
}

void Delivery::begin(Flush& flush, int64_t now_ms) {
  waiting_.reserve(waiting_.size() + 1);
  ended_.reserve(waiting_.size() + 1);
  auto fresh = std::make_unique<ChunkProgress>();
  std::unique_ptr<ChunkProgress> known = timed_out_.take(flush.tag, flush.data);
  waiting_.push_back({&flush, std::move(known != nullptr ? known : fresh), now_ms + stages_.flush_timeout_ms});
}

void Delivery::turn(int64_t now_ms, bool readable) {
  ended_.clear();
  now_ms_ = now_ms;
  if (readable) pacing_.on_readable();
  if (!pacing_.paused(now_ms)) {
    write_waiting();
    if (written_ || pacing_.wanted(now_ms)) pump();
  }
  end_flushes();
  metrics_.update(output_, now_ms);
  if (without_log_key_ > 0 && now_ms >= log_key_logged_ms_ + kRepeatIntervalMs) log_without_log_key();
}

int64_t Delivery::next_ms(int64_t now_ms) const {
  const bool at_once = (written_ || can_write()) && !pacing_.paused(now_ms);
  int64_t next_ms = at_once ? now_ms : std::min(pacing_.next_ms(now_ms), std::max(now_ms, metrics_.next_ms()));
  for (const Waiting& one : waiting_)
    next_ms = std::min(next_ms, one.progress->done() ? now_ms + client::Pacing::kAfterFailureMs : one.deadline_ms);
  return next_ms;
}

void Delivery::close(int64_t deadline_ms) {
  ended_.clear();
  client::Error error;
  const int32_t result = output_.close(deadline_ms, error);
  client::Error ignored;
  output_.pump_output(on_settled, this, ignored);
  closed_ = true;
  end_flushes();
  // Everything below needs memory.
  if (result < 0) log_failure(error, result);
  if (without_log_key_ > 0) log_without_log_key();
  if (chunks_given_back_ > 0)
    log_.warn(
        "PS0970",
        "some chunks were not delivered before the agent stops. With storage.type filesystem, the agent keeps "
        "them and sends them again; chunks: " +
            std::to_string(chunks_given_back_));
}

bool Delivery::can_write() const {
  return !full_ &&
         std::any_of(waiting_.begin(), waiting_.end(), [](const Waiting& one) { return !one.progress->whole; });
}

void Delivery::write_waiting() {
  for (Waiting& one : waiting_)
    while (!full_ && !one.progress->whole)
      if (!write_batch(*one.flush, *one.progress)) return;
}

// Writes the next batch of a chunk. Returns false if the output rejected it.
bool Delivery::write_batch(const Flush& flush, ChunkProgress& progress) {
  const size_t to = batch_.fill(flush.data, progress.written);
  progress.receipts.reserve(progress.receipts.size() +
                            batch_.receipts().size());  // nothing after write() may fail
  if (batch_.size() > 0) {
    const auto batch = under_way_.emplace(++last_ack_id_, &progress).first;
    client::Error error;
    const int32_t result = output_.write(batch_.batch(batch->first), error);
    if (result < 0) {
      under_way_.erase(batch);
      pacing_.pause(now_ms_);
      log_failure(error, result);
      return false;
    }
    full_ = result == PENSTOCK_FULL;
    written_ = true;
    ++progress.outstanding;
  }
  progress.written = to;
  progress.whole = to == flush.data.size();
  progress.events += batch_.events();
  progress.receipts += batch_.receipts();
  without_log_key_ += batch_.without_log_key();
  if (batch_.unreadable_bytes() > 0) {
    progress.unreadable = true;
    log_unreadable(flush);
  }
  return true;
}

void Delivery::pump() {
  written_ = false;
  client::Error error;
  const int32_t result = output_.pump_output(on_settled, this, error);
  full_ = result == PENSTOCK_FULL;
  pacing_.on_called(result, now_ms_);
  if (result < 0) log_failure(error, result);
}

void Delivery::on_settled(void* ctx, uint64_t ack_id, int32_t outcome) noexcept {
  Delivery& delivery = *static_cast<Delivery*>(ctx);
  const auto batch = delivery.under_way_.find(ack_id);
  if (batch == delivery.under_way_.end()) return;
  ChunkProgress& progress = *batch->second;
  delivery.under_way_.erase(batch);
  --progress.outstanding;
  if (outcome == PENSTOCK_DEAD_LETTERED) progress.failed_recorded = true;
  if (outcome == PENSTOCK_RELEASED && !std::exchange(progress.given_back, true)) ++delivery.chunks_given_back_;
  if (progress.done()) delivery.redeem(progress);
}

// Redeems the receipts of a finished chunk. Returns false if memory is short; the rest is redeemed later.
bool Delivery::redeem(ChunkProgress& progress) const noexcept {
  if (progress.given_back) return true;
  const int32_t outcome = progress.failed_recorded ? PENSTOCK_DEAD_LETTERED : PENSTOCK_DELIVERED;
  std::string& receipts = progress.receipts;
  receipts.erase(0, fluentbit::redeem(*stages_.receipts, receipts, outcome));
  return receipts.empty();
}

void Delivery::end_flushes() {
  for (auto one = waiting_.begin(); one != waiting_.end();) one = end_flush(*one) ? waiting_.erase(one) : one + 1;
}

// Ends the flush if it is finished. Returns false if it continues to wait.
bool Delivery::end_flush(Waiting& one) {
  ChunkProgress& progress = *one.progress;
  if (progress.done() && !progress.given_back && redeem(progress)) {
    one.flush->result = progress.unreadable && progress.events == 0 ? proxy::kFlushError : proxy::kFlushOk;
  } else if (closed_ || now_ms_ >= one.deadline_ms) {
    one.flush->result = proxy::kFlushRetry;
    if (!closed_ && progress.written > 0) timed_out_.add(one.flush->tag, one.flush->data, one.progress, now_ms_);
  } else {
    return false;
  }
  ended_.push_back(one.flush);
  return true;
}

void Delivery::log_failure(const client::Error& error, int32_t result) {
  log_repeatable(error.retryable != 0 ? PENSTOCK_LOG_WARN : PENSTOCK_LOG_ERROR, error.describe(result));
}

void Delivery::log_repeatable(int32_t level, const std::string& coded_text) {
  if (std::optional<std::string> line = repeats_.pass({}, coded_text, now_ms_)) log_.line(level, std::move(*line));
}

void Delivery::log_unreadable(const Flush& flush) {
  log_repeatable(
      PENSTOCK_LOG_ERROR,
      coded("PS0971", "a part of a chunk with tag '" + printable(flush.tag, 256) +
                          "' is not log events in msgpack. It becomes a dead letter (on_failure), and the "
                          "log events around it are delivered; bytes: " +
                          std::to_string(batch_.unreadable_bytes()) + " of " + std::to_string(flush.data.size())));
}

void Delivery::log_without_log_key() {
  log_.error(
      "PS0972",
      "records without the member that log_key names are dropped; correct log_key, or remove it. Records: " +
          std::to_string(std::exchange(without_log_key_, 0)));
  log_key_logged_ms_ = now_ms_;
}

}  // namespace penstock::fluentbit
