#include "core/kinesis/writer.h"

#include <algorithm>
#include <utility>

#include "core/base/backoff.h"
#include "core/base/json.h"

namespace penstock {

namespace {

constexpr int64_t kSlowRetryMs = 30'000;  // after an error that somebody has to mend

// Whether trying again soon makes sense. The answer that is too large says nothing of what was done.
bool soon_again(const Status& status) { return status.retryable() || status.code() == Code::too_large; }

// Why a record can never be sent; "" if it can.
std::string why_unsendable(const WriterRecord& record, size_t max_record_bytes, const PartitionKeys& keys) {
  if (record.unreadable) return "the agent handed it over in a form that could not be read";
  if (record.partition_key.empty()) return keys.why_none();
  if (record.bytes() <= max_record_bytes) return {};
  return "the record has " + std::to_string(record.bytes()) + " bytes with its partition key; the stream takes " +
         std::to_string(max_record_bytes) + " at most (max_record_bytes)";
}

HashKey random_hash_key(Random& random) {
  const HashKey high = random.next();
  return high << 64 | random.next();
}

}  // namespace

Writer::Writer(Env& env, FailureLog& failures, Options options, ServiceCall call)
    : env_(env),
      reporter_(env),
      failures_(failures),
      options_(std::move(options)),
      call_(std::move(call)),
      record_limit_(env_, reporter_, call_, options_.stream, options_.max_record_bytes),
      undeliverable_(env_, reporter_, failures_) {}

Status Writer::write(const penstock_batch& batch) {
  if (closed_) return {Code::invalid, "a batch was written to an output that is closed"};
  if (batch.record_count == 0) {
    settled_.push_back({batch.ack_id, PENSTOCK_DELIVERED});
    return {};
  }
  if (batch.record_stride < sizeof(penstock_record))
    return {Code::invalid, "a batch has a record_stride of " + std::to_string(batch.record_stride) +
                               ", but a record has at least " + std::to_string(sizeof(penstock_record)) +
                               " bytes"};
  // All that can fail for want of memory comes before the first change.
  decltype(batches_) one;
  const uint64_t number = last_batch_number_ + 1;
  WriterBatch& copy =
      one.try_emplace(number, number, batch, options_.partition_keys, env_.random, env_.clock.monotonic_ms())
          .first->second;
  queue_.add(copy);
  batches_.merge(one);

  last_batch_number_ = number;
  batch_bytes_ += copy.memory_bytes;
  counters_.records_in += static_cast<int64_t>(batch.record_count);
  return {};
}

void Writer::advance() {
  const int64_t now_ms = env_.clock.monotonic_ms();
  record_limit_.advance();
  while (calls_.size() < kMaxCallsInFlight && next_call_ms() <= now_ms) {
    if (next_.empty()) gather(now_ms);
    if (!fits_in_memory()) break;
    if (!next_.empty()) begin_call();
  }
  settle_failures();
}

// When a call is due, were there room for it.
int64_t Writer::next_call_ms() const {
  if (!record_limit_.known()) return kNever;
  if (!next_.empty()) return kAtOnce;
  int64_t due_ms = queue_.due_again_ms();
  if (queue_.fresh_records() > 0) {
    const bool whole =
        closed_ || queue_.fresh_records() >= kMaxRecordsPerCall || queue_.fresh_bytes() >= options_.max_call_bytes;
    due_ms = std::min(due_ms, whole ? kAtOnce : queue_.oldest_fresh_ms() + options_.linger_ms);
  }
  return due_ms;
}

int64_t Writer::next_deadline_ms() const {
  if (!settled_.empty() && !closed_) return kAtOnce;
  int64_t due_ms = std::min(undeliverable_.next_deadline_ms(), record_limit_.next_deadline_ms());
  const bool room = calls_.size() < kMaxCallsInFlight && (next_.empty() || fits_in_memory());
  if (room) due_ms = std::min(due_ms, next_call_ms());
  return due_ms;
}

// Whether the call gathered in next_ may begin.
bool Writer::fits_in_memory() const {
  return calls_.empty() || body_bytes_ + next_body_bytes() <= options_.mem_limit_bytes / kBodiesShare;
}

size_t Writer::next_body_bytes() const {
  return put_records_body_bytes(next_.size(), next_bytes_) +
         (options_.random_hash_keys ? next_.size() * kExplicitHashKeyBytes : 0);
}

bool Writer::full() const {
  const size_t bodies = std::max(body_bytes_, options_.mem_limit_bytes / kBodiesShare);
  return batch_bytes_ + failures_.pending_bytes() + bodies >= options_.mem_limit_bytes;
}

// A record that is larger than a call could never be sent either.
size_t Writer::max_record_bytes() const { return std::min(record_limit_.bytes(), options_.max_call_bytes); }

// Moves records into next_ until it is full.
void Writer::gather(int64_t now_ms) {
  next_.reserve(std::min(kMaxRecordsPerCall, queue_.records()));
  size_t company = kMaxRecordsPerCall;  // the least of those in next_
  for (WriterRecord* record = nullptr; (record = queue_.front(now_ms)) != nullptr; queue_.pop(now_ms)) {
    if (std::string why = why_unsendable(*record, max_record_bytes(), options_.partition_keys); !why.empty()) {
      undeliverable_.add(*record, std::move(why));
      continue;
    }
    if (now_ms >= expires_ms(*record)) {
      undeliverable_.add(*record, "it was not delivered within " + std::to_string(*options_.max_record_age_ms) +
                                      " ms (max_record_age)");
      continue;
    }
    if (next_.size() == std::min(company, record->company) ||
        next_bytes_ + record->bytes() > options_.max_call_bytes)
      return;
    next_.push_back(record);
    next_bytes_ += record->bytes();
    company = std::min(company, record->company);
    if (std::exchange(record->sent, true)) ++counters_.retries;
  }
}

void Writer::begin_call() {
  std::string body;
  body.reserve(next_body_bytes());
  begin_put_records(body);
  for (const WriterRecord* record : next_) {
    if (options_.random_hash_keys)
      append_put_record(body, record->data, record->partition_key, random_hash_key(env_.random));
    else
      append_put_record(body, record->data, record->partition_key);
  }
  end_put_records(body, options_.stream);

  const uint64_t call_id = ++last_call_id_;
  body_bytes_ += body.size();
  calls_.emplace(call_id, Call{std::exchange(next_, {}), body.size()});
  next_bytes_ = 0;
  ++counters_.calls;
  call_("PutRecords", std::move(body), kMaxPutRecordsAnswerBytes,
        [this, call_id](Result<ServiceAnswer> answer) { end_call(call_id, std::move(answer)); });
}

void Writer::end_call(uint64_t call_id, Result<ServiceAnswer> answer) {
  const auto node = calls_.extract(call_id);
  if (node.empty()) return;  // it was given back
  const Call& call = node.mapped();
  body_bytes_ -= call.body_bytes;
  if (!answer) return end_failed_call(call, answer.status());
  const auto refused = read_put_records_answer(answer->body, call.records.size());
  if (!refused) return end_failed_call(call, refused.status());
  end_answered_call(call, *refused);
}

void Writer::end_failed_call(const Call& call, const Status& status) {
  ++counters_.failed_calls;
  const std::string what = "writing to stream " + printable(options_.stream);
  if (split(call, status)) {
    reporter_.report(status.in(what + ", which is tried again in smaller calls"), LogLevel::warn);
    return;
  }
  const bool soon = soon_again(status);
  if (!soon) refused_for_good_ = true;
  reporter_.report(status.in(what + (soon ? ", which is tried again" : ", which is tried again every 30 s")),
                   soon ? LogLevel::warn : LogLevel::error);
  send_again(call.records, soon ? &options_.retry : nullptr, status.message());
}

// Where the service does not say which of a call's records it cannot take, calls of half the size find out, so
// that one record does not hold up all others.
bool Writer::split(const Call& call, const Status& status) {
  if (status.code() != Code::invalid || call.records.size() == 1 || splits_in_row_ == kMaxSplitsInRow)
    return false;
  ++splits_in_row_;
  for (WriterRecord* record : call.records) {
    record->company = call.records.size() / 2;
    queue_.add_again(*record, kAtOnce);
  }
  return true;
}

void Writer::end_answered_call(const Call& call, const std::vector<RefusedRecord>& refused) {
  refused_for_good_ = false;
  splits_in_row_ = 0;
  if (!refused.empty()) {
    counters_.refused_records += static_cast<int64_t>(refused.size());
    reporter_.report(
        {Code::throttled, "stream " + printable(options_.stream) +
                              " refuses records, which are sent again: " + printable(refused.front().code)},
        LogLevel::warn);
    std::vector<WriterRecord*> again;
    again.reserve(refused.size());
    for (const RefusedRecord& one : refused) again.push_back(call.records[one.index]);
    const Backoff backoff = {options_.retry.base_ms, std::min(options_.retry.cap_ms, kRecordCapMs)};
    send_again(again, &backoff, printable(refused.front().code));
  }
  auto next_refused = refused.begin();
  for (size_t i = 0; i < call.records.size(); ++i) {
    if (next_refused != refused.end() && next_refused->index == i) {
      ++next_refused;
      continue;
    }
    ++counters_.records_out;
    counters_.bytes_out += static_cast<int64_t>(call.records[i]->bytes());
    settle(*call.records[i]->batch);
  }
}

// Neighbours that were refused equally often wait equally long, so that they share a call again. No backoff:
// slowly.
void Writer::send_again(const std::vector<WriterRecord*>& records, const Backoff* backoff,
                        const std::string& reason) {
  const int64_t now_ms = env_.clock.monotonic_ms();
  int64_t due_ms = now_ms + kSlowRetryMs;
  int refusals = 0;
  for (WriterRecord* record : records) {
    if (++record->refusals > options_.record_retry_limit.value_or(INT64_MAX)) {
      undeliverable_.add(*record, "it was sent " + std::to_string(record->refusals) +
                                      " times in vain (record_retry_limit), at last: " + reason);
      continue;
    }
    if (record->refusals != refusals && backoff != nullptr) {
      refusals = record->refusals;
      due_ms = now_ms + backoff->delay_ms(refusals, env_.random);
    }
    queue_.add_again(*record, std::min(due_ms, expires_ms(*record)));
  }
}

// When a record becomes too old.
int64_t Writer::expires_ms(const WriterRecord& record) const {
  return options_.max_record_age_ms ? record.batch->written_ms + *options_.max_record_age_ms : kNever;
}

void Writer::settle_failures() {
  for (const WriterRecord* record : undeliverable_.advance()) {
    ++counters_.failures;
    record->batch->failed = true;
    settle(*record->batch);
  }
}

// One record of it.
void Writer::settle(WriterBatch& batch) {
  if (--batch.outstanding > 0) return;
  settled_.push_back({batch.origin.ack_id, batch.failed ? PENSTOCK_FAILED_RECORDED : PENSTOCK_DELIVERED});
  batch_bytes_ -= batch.memory_bytes;
  batches_.erase(batch.number);
}

std::vector<SettledBatch> Writer::take_settled() { return std::exchange(settled_, {}); }

void Writer::give_back() {
  for (const auto& [number, batch] : batches_) settled_.push_back({batch.origin.ack_id, PENSTOCK_GIVEN_BACK});
  calls_.clear();
  next_.clear();
  queue_.clear();
  undeliverable_.clear();
  batches_.clear();
  body_bytes_ = next_bytes_ = batch_bytes_ = 0;
}

WriterCounters Writer::counters() const {
  WriterCounters counters = counters_;
  counters.bytes_in_flight = static_cast<int64_t>(batch_bytes_ + body_bytes_ + failures_.pending_bytes());
  counters.records_queued = static_cast<int64_t>(queue_.records() + next_.size());
  counters.healthy = !undeliverable_.stuck() && !refused_for_good_ ? 1 : 0;
  return counters;
}

}  // namespace penstock
