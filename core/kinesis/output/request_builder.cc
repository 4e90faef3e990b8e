#include "core/kinesis/output/request_builder.h"

#include <algorithm>
#include <set>
#include <utility>

namespace penstock::kinesis {

namespace {

constexpr std::string_view kThroughputExceeded = "ProvisionedThroughputExceededException";

size_t chain_bytes(const WriterRecord& first) {
  size_t bytes = 0;
  for (const WriterRecord* record = &first; record != nullptr; record = record->next) bytes += record->bytes();
  return bytes;
}

}  // namespace

void RequestBuilder::add_retry(WriterRecord& first, int64_t due_ms) {
  // mutation: rejected records not retried
  queue_of(first).add_retry(first, std::min(due_ms, expires_ms(first)));
}

std::vector<WriterRecord*> RequestBuilder::pieces(WriterRecord& first) {
  std::vector<WriterRecord*> pieces = {&first};
  // Cuts the last piece after that many of its records.
  const auto cut_after = [&](size_t records) {
    WriterRecord* const begin = pieces.back();
    WriterRecord* last = begin;
    while (--records > 0) last = last->next;
    WriterRecord* rest = std::exchange(last->next, nullptr);
    if (options_.order_per_key) rest = sequencer_.separate(begin, rest);
    if (rest != nullptr) pieces.push_back(rest);
  };
  cut_after(1);
  size_t rest = 0;
  if (pieces.size() == 2) each_record(pieces.back(), [&rest](const WriterRecord&) { ++rest; });
  if (rest > 1) cut_after(rest / 2);
  return pieces;
}

void RequestBuilder::alone_ended(int64_t now_ms) {
  alone_under_way_ = false;
  alone_since_ms_ = now_ms;
}

int64_t RequestBuilder::next_alone_ms() const {
  if (alone_under_way_) return kNever;
  return std::max(alone_.next_retry_ms(), alone_since_ms_ + kAlonePauseMs);
}

// A shard is full if it rejects an entry for its rate and accepts none of the later ones of the call. If it
// accepts a later one, the service has rejected the entry for a reason of its own.
void RequestBuilder::note_full_shards(const std::vector<PutEntry>& entries, const PutRecordsResponse& response,
                                      int64_t now_ms) {
  const auto for_its_rate = [](const RejectedRecord& one) { return one.code == kThroughputExceeded; };
  const bool full = std::any_of(response.rejected.begin(), response.rejected.end(), for_its_rate);
  // With random hash keys and with AUTO, the retry goes to another shard.
  learns_limits_ = full && !shards_.known() && !options_.aggregator.random_hash_keys && !by_service_;
  if (learns_limits_ && !shards_.first_under_way()) shards_.want();
  if (!full || options_.aggregator.random_hash_keys || by_service_ || !shards_.known()) return;
  reset_old_limits();
  std::set<uint32_t> accepting;
  auto rejected = response.rejected.rbegin();
  for (size_t i = entries.size(); i-- > 0;) {
    const WriterRecord& first = *entries[i].first;
    const uint32_t shard = shards_.shard_of(first.partition_key);
    if (rejected == response.rejected.rend() || rejected->index != i)
      accepting.insert(shard);
    else if (for_its_rate(*rejected++) && shard != ShardMap::kNoShard && !accepting.contains(shard))
      limiter_.on_throttled(shard, chain_bytes(first), now_ms);
  }
}

void RequestBuilder::set_by_service(bool by_service) {
  by_service_ = by_service;
  limiter_.clear();
}

void RequestBuilder::reset_old_limits() {
  if (std::exchange(limiter_version_, shards_.version()) != shards_.version()) limiter_.clear();
}

// Returns when a chain may go to its shard.
int64_t RequestBuilder::admit(WriterRecord& first, int64_t now_ms) {
  reset_old_limits();
  if (!limiter_.any() || first.admitted) return now_ms;
  // How many records will share an entry is not known yet. If few do, further throttling reduces the shard's
  // budget.
  const bool shares_entry = aggregator_.aggregate() != Aggregator::Aggregate::none && !first.sent;
  const ShardLimiter::Admission admission =
      limiter_.admit(shards_.shard_of(first.partition_key), shares_entry ? 0 : 1, chain_bytes(first), now_ms);
  first.admitted = admission.reserved;
  return admission.due_ms;
}

void RequestBuilder::done(const WriterRecord& record) {
  if (!record.in_flight) return;
  WriterRecord* const next = sequencer_.done(record);
  if (next == nullptr) return;
  next->in_flight = true;
  add_retry(*next, kAtOnce);
}

int64_t RequestBuilder::next_call_ms(bool hurry) const {
  if (gathered()) return kAtOnce;
  int64_t due_ms = std::min(queue_.next_retry_ms(), next_alone_ms());
  if (queue_.fresh_records() > 0) {
    const bool by_count = aggregator_.aggregate() == Aggregator::Aggregate::none;
    const bool whole = (by_count && queue_.fresh_records() >= kMaxRecordsPerCall) ||
                       queue_.fresh_bytes() >= options_.aggregator.max_call_bytes;
    due_ms = std::min(due_ms, hurry || whole ? kAtOnce : queue_.oldest_fresh_ms() + options_.linger_ms);
  }
  return due_ms;
}

bool RequestBuilder::gather(int64_t now_ms, size_t max_record_bytes, size_t max_entries) {
  if (gathered()) return true;
  aggregator_.set_max_entries(max_entries);
  const bool others_first = alone_was_last_ || max_entries < kMaxRecordsPerCall;
  const bool alone = next_alone_ms() <= now_ms && !(others_first && queue_.front(now_ms) != nullptr);
  WriterQueue& queue = alone ? alone_ : queue_;
  for (bool room = true; room;) {
    WriterRecord* const front = queue.front(now_ms);
    if (front == nullptr) break;
    if (!take_turn(*front)) {
      queue.pop(now_ms);
      take_along(front->partition_key, now_ms, max_record_bytes);
      continue;
    }
    if (aggregator_.must_split(*front)) split(*front);
    WriterRecord* const first = without_unsendable(front, now_ms, max_record_bytes);
    room = first == nullptr || put(*first, now_ms, max_record_bytes);
    if (room || first != front) queue.pop(now_ms);
    if (!room && first != front) queue.add_retry(*first, kAtOnce);  // the rest of a chain
    for (const Released& one : std::exchange(released_, {})) add_retry(*one.first, one.due_ms);
  }
  alone_was_last_ = alone;
  alone_under_way_ = alone_under_way_ || (alone && gathered());
  return gathered();
}

// Returns false if the record must wait for others of its key. A record that can never be sent takes its turn too:
// after a crash it is sent again unless its dead letter is on disk, so until then it holds back the later records
// of its key.
bool RequestBuilder::take_turn(WriterRecord& record) {
  // mutation: keys sent out of order
  if (!options_.order_per_key || record.in_flight || record.partition_key.empty()) return true;
  record.in_flight = sequencer_.enqueue(record);
  return record.in_flight;
}

// Puts a chain into the call, or back into the queue until its shard has capacity. Returns false if the call has
// no room.
bool RequestBuilder::put(WriterRecord& first, int64_t now_ms, size_t max_record_bytes) {
  if (const int64_t admitted_ms = admit(first, now_ms); admitted_ms > now_ms) {
    released_.push_back({&first, admitted_ms});
    return true;
  }
  if (!aggregator_.add(first)) return false;
  each_record(&first, [&](WriterRecord& record) {
    record.admitted = false;
    if (options_.order_per_key) take_along(record.partition_key, now_ms, max_record_bytes);
  });
  return true;
}

// Adds waiting records of the key to the entry of this call that has records of the key, while there is room.
void RequestBuilder::take_along(std::string_view key, int64_t now_ms, size_t max_record_bytes) {
  if (sequencer_.held_back(key)) return fail_waiting(key, now_ms, max_record_bytes);
  for (WriterRecord* waiting = nullptr; (waiting = sequencer_.first_waiting(key)) != nullptr;) {
    if (!aggregator_.can_join(*waiting) || !why_unsendable(*waiting, now_ms, max_record_bytes).empty()) return;
    sequencer_.admit(*waiting);
    aggregator_.join(*waiting);
    waiting->in_flight = true;
  }
}

std::vector<PutEntry> RequestBuilder::take_entries() {
  std::vector<PutEntry> entries = aggregator_.take_entries();
  for (const PutEntry& entry : entries)
    each_record(entry.first,
                [this](WriterRecord& record) { retries_ += std::exchange(record.sent, true) ? 1 : 0; });
  return entries;
}

// Returns when a record becomes too old.
int64_t RequestBuilder::expires_ms(const WriterRecord& record) const {
  // mutation: output records expire a minute early
  return options_.max_record_age_ms ? record.batch->written_ms + *options_.max_record_age_ms : kNever;
}

// Returns why a record can never be sent; "" if it can.
std::string RequestBuilder::why_unsendable(const WriterRecord& record, int64_t now_ms,
                                           size_t max_record_bytes) const {
  if (record.unreadable) return "the agent passed the record in a form that cannot be decoded";
  if (record.partition_key.empty()) return keys_.why_none();
  const size_t bytes = record.bytes();
  if (bytes + aggregator_.growth_bytes(bytes) > max_record_bytes)
    return "the record and its partition key are larger than max_record_bytes (limit " +
           std::to_string(max_record_bytes) + " bytes, size " + std::to_string(bytes) + " bytes)";
  if (now_ms >= expires_ms(record))
    return "the record was not delivered within max_record_age (" + std::to_string(*options_.max_record_age_ms) +
           " ms)";
  return {};
}

// Puts the records of a chain after the first back into the queue, each alone.
void RequestBuilder::split(WriterRecord& first) {
  each_record(std::exchange(first.next, nullptr), [this](WriterRecord& record) {
    record.next = nullptr;
    released_.push_back({&record, kAtOnce});
  });
}

// Removes the records of a chain that can never be sent. Returns the rest of the chain; nullptr: nothing.
WriterRecord* RequestBuilder::without_unsendable(WriterRecord* first, int64_t now_ms, size_t max_record_bytes) {
  WriterRecord** link = &first;
  while (WriterRecord* const record = *link) {
    std::string why = why_unsendable(*record, now_ms, max_record_bytes);
    if (why.empty()) {
      link = &record->next;
      continue;
    }
    *link = std::exchange(record->next, nullptr);
    dead_letters_.add(*record, std::move(why));
    if (!record->in_flight) continue;
    *link = sequencer_.separate(record, *link);
    sequencer_.hold_back(record->partition_key);
    fail_waiting(record->partition_key, now_ms, max_record_bytes);
  }
  return first;
}

// Makes dead letters of the records that wait for one that can never be sent, and that cannot be sent either: all
// of them share one write of the dead-letter file.
void RequestBuilder::fail_waiting(std::string_view key, int64_t now_ms, size_t max_record_bytes) {
  for (WriterRecord* waiting = nullptr; (waiting = sequencer_.first_waiting(key)) != nullptr;) {
    std::string why = why_unsendable(*waiting, now_ms, max_record_bytes);
    if (why.empty()) return;
    sequencer_.admit(*waiting);
    waiting->in_flight = true;
    dead_letters_.add(*waiting, std::move(why));
  }
}

void RequestBuilder::clear() {
  queue_.clear();
  alone_.clear();
  alone_under_way_ = alone_was_last_ = false;
  sequencer_.clear();
  aggregator_.take_entries();
  released_.clear();
}

}  // namespace penstock::kinesis
