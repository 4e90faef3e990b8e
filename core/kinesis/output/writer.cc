#include "core/kinesis/output/writer.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/records.h"
#include "base/text.h"
#include "core/backoff.h"

namespace penstock::kinesis {

namespace {

constexpr int64_t kSlowRetryMs = 30'000;  // after an error that a person must fix

// Returns whether to retry soon. A response that is too large does not show what the service did.
bool soon_again(const Status& status) { return status.retryable() || status.code() == Code::too_large; }

}  // namespace

Writer::Writer(Env& env, DeadLetterFile& dead_letter_file, Options options, aws::ServiceCall call)
    : env_(env),
      throttle_(env),
      dead_letter_file_(dead_letter_file),
      options_(std::move(options)),
      call_(std::move(call)),
      target_(env_, throttle_, call_, options_.stream, options_.max_record_bytes),
      dead_letters_(env_, dead_letter_file_),
      shards_(env_, throttle_, call_, options_.stream),
      next_(options_.calls, options_.partition_keys, shards_, env_.random, dead_letters_) {
  if (aggregates_kpl()) shards_.want();
}

Status Writer::write(const penstock_batch& batch) {
  if (closed_) return {Code::invalid, "PS0406", "the batch is rejected, because the output is closed"};
  if (batch.record_count == 0) {
    settled_.push_back({batch.ack_id, PENSTOCK_DELIVERED});
    return {};
  }
  if (batch.record_stride < kFirstRecordBytes)
    return {Code::invalid, "PS0407",
            "invalid batch: record_stride is smaller than a record (expected at least " +
                std::to_string(kFirstRecordBytes) + ", is " + std::to_string(batch.record_stride) + ")"};
  // Everything that can fail for lack of memory comes before the first change.
  decltype(batches_) one;
  const uint64_t number = last_batch_number_ + 1;
  WriterBatch& copy =
      one.try_emplace(number, number, batch, options_.partition_keys, env_.random, env_.clock.monotonic_ms())
          .first->second;
  next_.add(copy);
  batches_.merge(one);

  last_batch_number_ = number;
  batch_bytes_ += copy.memory_bytes;
  counters_.received_records += static_cast<int64_t>(batch.record_count);
  return {};
}

template <typename Work>
void Writer::guarded(const Work& work) {
  try {
    work();
  } catch (...) {
    needs_recovery_ = true;
    throw;
  }
}

// Queues everything outstanding as if it had never been sent. Responses to calls in flight are ignored.
void Writer::requeue_all() {
  calls_.clear();
  next_.clear();
  dead_letters_.clear();
  body_bytes_ = 0;
  spare_bodies_.clear();
  for (auto& [number, batch] : batches_) {
    for (WriterRecord& record : batch.records) {
      if (record.done) continue;
      record.next = nullptr;
      record.admitted = record.in_flight = false;
      next_.add_retry(record, kAtOnce);
    }
  }
  needs_recovery_ = false;
}

void Writer::advance() {
  if (needs_recovery_) requeue_all();
  guarded([this] {
    const int64_t now_ms = env_.clock.monotonic_ms();
    target_.advance();
    apply_distribution();
    shards_.advance();
    while (calls_.size() < max_calls() && next_call_ms() <= now_ms) {
      if (!next_.gather(now_ms, max_record_bytes(), max_entries())) continue;
      if (!fits_in_memory()) break;
      begin_call();
    }
    settle_dead_letters();
  });
}

// Returns when a call is due, if memory allows it.
int64_t Writer::next_call_ms() const {
  return may_send() ? std::max({next_.next_call_ms(closed_), breaker_.next_call_ms(), rejections_.next_call_ms()})
                    : kNever;
}

int64_t Writer::next_deadline_ms() const {
  if (needs_recovery_ || (!settled_.empty() && !closed_)) return kAtOnce;
  int64_t due_ms =
      std::min({dead_letters_.next_deadline_ms(), target_.next_deadline_ms(), shards_.next_deadline_ms()});
  const bool room = calls_.size() < max_calls() && (!next_.gathered() || fits_in_memory());
  if (room) due_ms = std::min(due_ms, next_call_ms());
  return due_ms;
}

// Returns whether the gathered call may start.
bool Writer::fits_in_memory() const {
  return calls_.empty() || body_bytes_ + next_.body_bytes() <= max_body_bytes();
}

bool Writer::full() const {
  const size_t bodies = std::max(body_bytes_, max_body_bytes());
  // mutation: output memory without limit
  return batch_bytes_ + dead_letter_file_.pending_bytes() + bodies >= options_.mem_limit_bytes;
}

// A record that is larger than a call could never be sent either.
size_t Writer::max_record_bytes() const {
  return std::min(target_.max_record_bytes(), options_.calls.aggregator.max_call_bytes);
}

void Writer::begin_call() {
  std::string body = spare_bodies_.take(next_.body_bytes());
  next_.append_body(body, options_.stream);
  const uint64_t call_id = ++last_call_id_;
  body_bytes_ += body.capacity();
  spare_bodies_.limit(body_bytes_);
  const Call& call = calls_.emplace(call_id, Call{next_.take_entries(), body.capacity()}).first->second;
  call_sizes_.observe(call.entries.size(), body.size());
  ++counters_.calls;
  probes_ = rejections_.calls_without_progress() == 0 ? 0 : probes_ + 1;
  call_("PutRecords", std::move(body), kMaxPutRecordsResponseBytes,
        [this, call_id](Result<aws::ServiceResponse> response) {
          guarded([&] { end_call(call_id, std::move(response)); });
        });
}

void Writer::end_call(uint64_t call_id, Result<aws::ServiceResponse> response) {
  const auto node = calls_.extract(call_id);
  if (node.empty()) return;  // it was released, or queued again
  const Call& call = node.mapped();
  body_bytes_ -= call.body_memory_bytes;
  if (call.entries.front().first->alone) next_.alone_ended(env_.clock.monotonic_ms());
  // mutation: records of a failed call count as delivered
  if (!response) return end_failed_call(call, response.status());
  spare_bodies_.keep(std::move(response->request_body), body_bytes_);
  const auto parsed = read_put_records_response(response->body, call.entries.size());
  if (!parsed) return end_failed_call(call, parsed.status());
  end_completed_call(call, *parsed);
}

void Writer::end_failed_call(const Call& call, const Status& status) {
  ++counters_.failed_calls;
  const std::string what = "cannot write to stream " + printable(options_.stream);
  WriterRecord& first = *call.entries.front().first;
  const bool single = call.entries.size() == 1 && first.next == nullptr;
  // The service does not say which record of a call it rejects. Smaller calls find it, so that one record does not
  // hold up all others.
  const bool rejected = status.code() == Code::invalid;
  if (!rejected)
    on_no_progress(breaker_, options_.retry, breaker_.calls_without_progress() + 1);
  else if (!first.alone || rejections_.open())
    on_no_progress(rejections_, record_backoff(),
                   (rejections_.calls_without_progress() - kRejectionsInRow) / kSamePause + 1);
  if (rejected && !single) {
    throttle_.log(status.in(what + ", retrying with smaller calls"), LogLevel::warn);
    for (WriterRecord* const chain : chains_of(call, true)) next_.add_retry(*chain, kAtOnce);
    return;
  }
  if (rejected) {
    first.alone = true;
    first.max_batch_entries = 1;
  }
  const bool soon = soon_again(status);
  if (!soon) rejected_permanently_ = true;
  const Status report = status.in(what + (soon ? ", retrying" : ", retrying every 30 s"));
  const LogLevel level = soon ? LogLevel::warn : LogLevel::error;
  if (rejected)
    throttle_.log(report, level);
  else
    unavailable_.log(throttle_, {}, report, level);
  retry(chains_of(call, first.rejections >= kPatience), soon ? &options_.retry : nullptr, status.message());
}

// Returns the chains of a call, to be sent again unchanged, or in calls of half the size.
std::vector<WriterRecord*> Writer::chains_of(const Call& call, bool smaller) {
  const size_t entries = call.entries.size();
  std::vector<WriterRecord*> chains;
  chains.reserve(entries);
  for (const PutEntry& entry : call.entries) {
    chains.push_back(entry.first);
    if (!smaller) continue;
    each_record(entry.first, [&](WriterRecord& one) { one.max_batch_entries = std::max<size_t>(entries / 2, 1); });
  }
  return smaller && entries == 1 ? next_.pieces(*chains.front()) : chains;
}

// After a rejected call, every second call has a single entry, and the ones between have 500, 250, 125 and so on
// down to 1, then 500 again, until one is accepted. That soon finds a good record, whether the bad ones are many,
// few or adjacent; and a good one proves that the records are the reason, not the stream.
size_t Writer::max_entries() const {
  constexpr size_t kSizes = std::bit_width(kMaxRecordsPerCall);
  if (rejections_.calls_without_progress() == 0) return kMaxRecordsPerCall;
  return probes_ % 2 == 1 ? 1 : kMaxRecordsPerCall >> (probes_ / 2 % kSizes);
}

// Notes that nothing of a call was accepted.
void Writer::on_no_progress(CircuitBreaker& outage, const Backoff& backoff, int attempt) {
  const int64_t pause_ms = backoff.delay_ms(attempt, env_.random);
  // mutation: retries without backoff
  if (!outage.on_no_progress(env_.clock.monotonic_ms(), pause_ms)) return;
  unavailable_.log(
      throttle_, {},
      {Code::transient, "PS0408",
       "stream " + printable(options_.stream) +
           " accepts no records; until it does, calls are made one at a time (calls without success: " +
           std::to_string(outage.calls_without_progress()) + ")"},
      LogLevel::warn);
}

void Writer::on_progress() {
  breaker_.on_progress();
  rejections_.on_progress();
  if (unavailable_.logged())
    unavailable_.recover(env_, "stream " + printable(options_.stream) + " accepts records again");
}

void Writer::end_completed_call(const Call& call, const PutRecordsResponse& response) {
  const std::vector<RejectedRecord>& rejected = response.rejected;
  rejected_permanently_ = false;
  next_.note_full_shards(call.entries, response, env_.clock.monotonic_ms());
  if (!rejected.empty()) {
    throttle_.log({Code::throttled, "PS0409",
                   "stream " + printable(options_.stream) +
                       " rejects records, retrying them: " + printable(rejected.front().code)},
                  LogLevel::warn);
    std::vector<WriterRecord*> again;
    again.reserve(rejected.size());
    for (const RejectedRecord& one : rejected) {
      again.push_back(call.entries[one.index].first);
      record_errors_.add(one.code);
      each_record(again.back(), [this](const WriterRecord&) { ++counters_.rejected_records; });
    }
    const Backoff backoff = record_backoff();
    if (rejected.size() == call.entries.size())
      on_no_progress(breaker_, backoff, breaker_.calls_without_progress() + 1);
    retry(again, &backoff, printable(rejected.front().code));
  }
  if (rejected.size() < call.entries.size()) on_progress();
  auto next_rejected = rejected.begin();
  note_shards(call, response);
  for (size_t i = 0; i < call.entries.size(); ++i)
    if (next_rejected != rejected.end() && next_rejected->index == i)
      ++next_rejected;
    else if (is_misrouted(call.entries[i], response.shard_ids[i]))
      retry_in_its_shards(call.entries[i].first, response.shard_ids[i]);
    else
      deliver(call.entries[i].first);
}

void Writer::deliver(WriterRecord* first) {
  each_record(first, [this](WriterRecord& record) {
    const size_t bytes = record.bytes();
    next_.done(record);
    settle(record);
    // mutation: records counted twice
    ++counters_.delivered_records;
    counters_.delivered_bytes += static_cast<int64_t>(bytes);
  });
}

// Chains with equally many rejections get the same delay, so that neighbors share a call again. Without a backoff,
// all wait kSlowRetryMs.
void Writer::retry(const std::vector<WriterRecord*>& chains, const Backoff* backoff, const std::string& reason) {
  const int64_t now_ms = env_.clock.monotonic_ms();
  int64_t due_ms = now_ms + kSlowRetryMs;
  int rejections = 0;
  for (WriterRecord* const chain : chains) {
    each_record(chain, [](WriterRecord& record) { ++record.rejections; });
    const int now_rejections = chain->rejections;
    if (now_rejections > options_.record_retry_limit.value_or(INT64_MAX)) {
      each_record(chain, [&](WriterRecord& record) {
        dead_letters_.add(record, "record_retry_limit is reached after " + std::to_string(now_rejections) +
                                      " calls; last error: " + reason);
      });
      continue;
    }
    if (now_rejections != rejections && backoff != nullptr) {
      rejections = now_rejections;
      // mutation: retries without backoff
      due_ms = now_ms + backoff->delay_ms(rejections, env_.random);
    }
    next_.add_retry(*chain, due_ms);
  }
}

void Writer::settle_dead_letters() {
  for (WriterRecord* record : dead_letters_.advance()) {
    // Not earlier: after a crash, a record whose dead letter is not on disk is sent again, and would arrive after
    // the records that had waited for it.
    next_.done(*record);
    record->batch->failed = true;
    settle(*record);
    ++counters_.dead_letters;
  }
}

void Writer::settle(WriterRecord& record) {
  WriterBatch& batch = *record.batch;
  if (batch.outstanding == 1)
    settled_.push_back({batch.origin.ack_id, batch.failed ? PENSTOCK_DEAD_LETTERED : PENSTOCK_DELIVERED});
  record.done = true;
  if (--batch.outstanding > 0) return;
  batch_bytes_ -= batch.memory_bytes;
  batches_.erase(batch.number);
  if (idle()) spare_bodies_.clear();
}

std::vector<SettledBatch> Writer::take_settled() { return std::exchange(settled_, {}); }

void Writer::release() {
  calls_.clear();
  next_.clear();
  dead_letters_.clear();
  body_bytes_ = 0;
  spare_bodies_.clear();
  while (!batches_.empty()) {
    settled_.push_back({batches_.begin()->second.origin.ack_id, PENSTOCK_RELEASED});
    batches_.erase(batches_.begin());
  }
  batch_bytes_ = 0;
  needs_recovery_ = false;
}

WriterCounters Writer::counters() const {
  WriterCounters counters = counters_;
  counters.in_flight_bytes =
      static_cast<int64_t>(batch_bytes_ + body_bytes_ + spare_bodies_.bytes() + dead_letter_file_.pending_bytes());
  counters.queued_records = static_cast<int64_t>(next_.waiting_records());
  counters.retries = next_.retries();
  // If nothing is outstanding, no call would show that the stream accepts records again.
  const bool no_progress = !idle() && (rejected_permanently_ || breaker_.open() || rejections_.open());
  counters.healthy = !dead_letters_.stuck() && !no_progress && !(needs_keys() && is_by_service()) ? 1 : 0;
  return counters;
}

}  // namespace penstock::kinesis
