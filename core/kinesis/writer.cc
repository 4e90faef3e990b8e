#include "core/kinesis/writer.h"

#include <algorithm>
#include <utility>

#include "core/base/backoff.h"
#include "core/base/json.h"

namespace penstock {

namespace {

constexpr Backoff kCallBackoff = {.base_ms = 100, .cap_ms = 10'000};
// A record is refused for a shard's share of this second, or by a fault that passes: longer waits gain nothing.
constexpr Backoff kRecordBackoff = {.base_ms = 100, .cap_ms = 2'000};
constexpr int64_t kSlowRetryMs = 30'000;  // after an error that somebody has to mend

// Whether trying again soon makes sense. The answer that is too large says nothing of what was done.
bool soon_again(const Status& status) { return status.retryable() || status.code() == Code::too_large; }

std::string why_unsendable(const WriterRecord& record) {
  if (record.bytes() <= kMaxRecordBytes) return "the agent handed it over in a form that could not be read";
  return "the record has " + std::to_string(record.bytes()) + " bytes with its partition key; the stream takes " +
         std::to_string(kMaxRecordBytes) + " at most";
}

}  // namespace

Writer::Writer(Env& env, FailureLog& failures, Options options, PutRecordsCall put_records)
    : env_(env),
      reporter_(env),
      failures_(failures),
      options_(std::move(options)),
      put_records_(std::move(put_records)) {}

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
  WriterBatch& copy = one.try_emplace(number, number, batch, env_.random, env_.clock.monotonic_ms()).first->second;
  unsendable_.reserve(unsendable_.size() + 1);
  if (!copy.records.empty()) fresh_.push_back(&copy);
  if (!copy.unsendable.empty()) unsendable_.push_back(&copy);
  batches_.merge(one);

  last_batch_number_ = number;
  batch_bytes_ += copy.memory_bytes;
  fresh_records_ += copy.records.size();
  for (const WriterRecord& record : copy.records) fresh_bytes_ += record.bytes();
  counters_.records_in += static_cast<int64_t>(batch.record_count);
  return {};
}

void Writer::advance() {
  const int64_t now_ms = env_.clock.monotonic_ms();
  record_failures(now_ms);
  while (calls_.size() < kMaxCallsInFlight && next_call_ms() <= now_ms) {
    if (next_.empty()) gather(now_ms);
    if (!fits_in_memory()) break;
    begin_call();
  }
}

// When a call is due, were there room for it.
int64_t Writer::next_call_ms() const {
  if (!next_.empty()) return kAtOnce;
  int64_t due_ms = retries_.empty() ? kNever : retries_.front().due_ms;
  if (!fresh_.empty()) {
    const bool whole = closed_ || fresh_records_ >= kMaxRecordsPerCall || fresh_bytes_ >= kMaxCallBytes;
    due_ms = std::min(due_ms, whole ? kAtOnce : fresh_.front()->written_ms + kLingerMs);
  }
  return due_ms;
}

int64_t Writer::next_deadline_ms() const {
  if (!settled_.empty() && !closed_) return kAtOnce;
  int64_t due_ms = unsendable_.empty() && unflushed_.empty() ? kNever : flush_due_ms_;
  const bool room = calls_.size() < kMaxCallsInFlight && (next_.empty() || fits_in_memory());
  if (room) due_ms = std::min(due_ms, next_call_ms());
  return due_ms;
}

// Whether the call gathered in next_ may begin.
bool Writer::fits_in_memory() const {
  return calls_.empty() || body_bytes_ + put_records_body_bytes(next_.size(), next_bytes_) <=
                               options_.mem_limit_bytes / kBodiesShare;
}

bool Writer::full() const {
  const size_t bodies = std::max(body_bytes_, options_.mem_limit_bytes / kBodiesShare);
  return batch_bytes_ + failures_.pending_bytes() + bodies >= options_.mem_limit_bytes;
}

// Moves records into next_: those due again first.
void Writer::gather(int64_t now_ms) {
  next_.reserve(std::min(kMaxRecordsPerCall, retries_.size() + fresh_records_));
  while (!retries_.empty() && retries_.front().due_ms <= now_ms) {
    if (!gather_one(*retries_.front().record)) return;
    std::pop_heap(retries_.begin(), retries_.end());
    retries_.pop_back();
    ++counters_.retries;
  }
  while (!fresh_.empty()) {
    WriterBatch& batch = *fresh_.front();
    WriterRecord& record = batch.records[batch.next_record];
    if (!gather_one(record)) return;
    --fresh_records_;
    fresh_bytes_ -= record.bytes();
    if (++batch.next_record == batch.records.size()) fresh_.pop_front();
  }
}

bool Writer::gather_one(WriterRecord& record) {
  if (next_.size() == kMaxRecordsPerCall || next_bytes_ + record.bytes() > kMaxCallBytes) return false;
  next_.push_back(&record);
  next_bytes_ += record.bytes();
  return true;
}

void Writer::begin_call() {
  std::string body;
  body.reserve(put_records_body_bytes(next_.size(), next_bytes_));
  begin_put_records(body);
  for (const WriterRecord* record : next_) append_put_record(body, record->data, record->partition_key);
  end_put_records(body, options_.stream);

  const uint64_t call_id = ++last_call_id_;
  body_bytes_ += body.size();
  calls_.emplace(call_id, Call{std::exchange(next_, {}), body.size()});
  next_bytes_ = 0;
  ++counters_.calls;
  put_records_(std::move(body),
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
  const bool soon = soon_again(status);
  if (!soon) refused_for_good_ = true;
  reporter_.report(status.in("writing to stream " + printable(options_.stream) +
                             (soon ? ", which is tried again" : ", which is tried again every 30 s")),
                   soon ? LogLevel::warn : LogLevel::error);
  send_again(call.records, soon ? &kCallBackoff : nullptr);
}

void Writer::end_answered_call(const Call& call, const std::vector<RefusedRecord>& refused) {
  refused_for_good_ = false;
  if (!refused.empty()) {
    counters_.refused_records += static_cast<int64_t>(refused.size());
    reporter_.report(
        {Code::throttled, "stream " + printable(options_.stream) +
                              " refuses records, which are sent again: " + printable(refused.front().code)},
        LogLevel::warn);
    std::vector<WriterRecord*> again;
    again.reserve(refused.size());
    for (const RefusedRecord& one : refused) again.push_back(call.records[one.index]);
    send_again(again, &kRecordBackoff);
  }
  auto next_refused = refused.begin();
  for (size_t i = 0; i < call.records.size(); ++i) {
    if (next_refused != refused.end() && next_refused->index == i) {
      ++next_refused;
      continue;
    }
    ++counters_.records_out;
    counters_.bytes_out += static_cast<int64_t>(call.records[i]->bytes());
    settle(*call.records[i]->batch, 1);
  }
}

// Neighbours that were refused equally often wait equally long, so that they share a call again. No backoff:
// slowly.
void Writer::send_again(const std::vector<WriterRecord*>& records, const Backoff* backoff) {
  const int64_t now_ms = env_.clock.monotonic_ms();
  int64_t due_ms = now_ms + kSlowRetryMs;
  int refusals = 0;
  for (WriterRecord* record : records) {
    if (backoff != nullptr && ++record->refusals != refusals) {
      refusals = record->refusals;
      due_ms = now_ms + backoff->delay_ms(refusals, env_.random);
    }
    retries_.push_back({due_ms, record});
    std::push_heap(retries_.begin(), retries_.end());
  }
}

void Writer::record_failures(int64_t now_ms) {
  if ((unsendable_.empty() && unflushed_.empty()) || now_ms < flush_due_ms_) return;
  unflushed_.reserve(unflushed_.size() + unsendable_.size());
  for (WriterBatch* batch : unsendable_)
    for (const WriterRecord& record : batch->unsendable)
      failures_.add("output", why_unsendable(record), batch->origin, record.partition_key, record.data);
  unflushed_.insert(unflushed_.end(), unsendable_.begin(), unsendable_.end());
  unsendable_.clear();

  if (const Status status = failures_.flush(); !status.ok()) {
    flush_due_ms_ = now_ms + kCallBackoff.delay_ms(++flush_failures_, env_.random);
    reporter_.report(status.in("keeping records that can never be delivered (until then they count as unread)"));
    return;
  }
  flush_failures_ = 0;
  flush_due_ms_ = kAtOnce;
  for (WriterBatch* batch : unflushed_) {
    counters_.failures += static_cast<int64_t>(batch->unsendable.size());
    batch->failed = true;
    settle(*batch, batch->unsendable.size());
  }
  unflushed_.clear();
}

void Writer::settle(WriterBatch& batch, size_t records) {
  batch.outstanding -= records;
  if (batch.outstanding > 0) return;
  settled_.push_back({batch.origin.ack_id, batch.failed ? PENSTOCK_FAILED_RECORDED : PENSTOCK_DELIVERED});
  batch_bytes_ -= batch.memory_bytes;
  batches_.erase(batch.number);
}

std::vector<SettledBatch> Writer::take_settled() { return std::exchange(settled_, {}); }

void Writer::give_back() {
  for (const auto& [number, batch] : batches_) settled_.push_back({batch.origin.ack_id, PENSTOCK_GIVEN_BACK});
  calls_.clear();
  next_.clear();
  retries_.clear();
  fresh_.clear();
  unsendable_.clear();
  unflushed_.clear();
  batches_.clear();
  body_bytes_ = next_bytes_ = fresh_bytes_ = fresh_records_ = batch_bytes_ = 0;
}

WriterCounters Writer::counters() const {
  WriterCounters counters = counters_;
  counters.bytes_in_flight = static_cast<int64_t>(batch_bytes_ + body_bytes_ + failures_.pending_bytes());
  counters.records_queued = static_cast<int64_t>(fresh_records_ + retries_.size() + next_.size());
  counters.healthy = flush_failures_ == 0 && !refused_for_good_ ? 1 : 0;
  return counters;
}

}  // namespace penstock
