#include "core/kinesis/shard_reader.h"

#include <algorithm>
#include <utility>

#include "core/base/backoff.h"

namespace penstock {

namespace {

// https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html: five GetRecords calls and 2 MiB a
// second and shard, 10,000 records a call, 10 MiB a record where the stream was raised to it.
constexpr int64_t kLeastPauseMs = 200;
constexpr int64_t kBytesPerSecond = 2 << 20;
constexpr size_t kMostRecords = 10000;
constexpr size_t kLargestRecordBytes = 10 << 20;

constexpr size_t kIteratorAnswerBytes = 64 << 10;
constexpr size_t kFirstRecordBytesGuess = 16 << 10;
constexpr size_t kRecordOverheadBytes = 300;  // its other members in the answer
constexpr Backoff kBackoff{200, 10000};
constexpr int64_t kPermanentFailurePauseMs = 30000;

// In an answer the data is base64.
constexpr size_t in_answer(size_t data_bytes) { return data_bytes / 3 * 4 + kRecordOverheadBytes; }

}  // namespace

ShardReader::ShardReader(Env& env, ServiceClient& client, ReaderCounters& counters, std::string stream,
                         ShardInfo shard, Position from, int64_t poll_interval_ms, Report report)
    : env_(env),
      client_(client),
      counters_(counters),
      stream_(std::move(stream)),
      shard_(std::move(shard)),
      poll_interval_ms_(poll_interval_ms),
      report_(std::move(report)),
      position_(std::move(from)),
      record_bytes_(in_answer(kFirstRecordBytesGuess)) {}

int64_t ShardReader::next_call_ms() const { return calling_ || closed_ || record() ? kNever : next_call_ms_; }

void ShardReader::start_call(size_t answer_bytes) {
  calling_ = true;
  ++counters_.calls;
  if (iterator_.empty())
    get_iterator();
  else
    get_records(answer_bytes);
}

void ShardReader::get_iterator() {
  held_bytes_ = kIteratorAnswerBytes;
  client_.call("GetShardIterator", get_shard_iterator_body(stream_, shard_.id, position_), kIteratorAnswerBytes,
               [this](Result<ServiceAnswer> answer) {
                 calling_ = false;
                 held_bytes_ = 0;
                 if (!answer.ok()) return fail(answer.status());
                 Result<std::string> iterator = read_get_shard_iterator(std::move(answer->body));
                 if (!iterator.ok()) return fail(iterator.status());
                 iterator_ = std::move(*iterator);
                 failures_ = 0;
               });
}

void ShardReader::get_records(size_t answer_bytes) {
  // A quarter of the room is left for records that are larger than those before.
  size_t limit = std::clamp<size_t>(answer_bytes / 4 * 3 / record_bytes_, 1, kMostRecords);
  // A single record must fit whatever the room, or the shard would stand still.
  if (limit == 1) answer_bytes = std::max(answer_bytes, in_answer(kLargestRecordBytes) + kRecordOverheadBytes);
  held_bytes_ = answer_bytes;
  client_.call("GetRecords", get_records_body(iterator_, limit), answer_bytes,
               [this, answer_bytes](Result<ServiceAnswer> answer) { receive(answer_bytes, std::move(answer)); });
}

void ShardReader::receive(size_t answer_bytes, Result<ServiceAnswer> answer) {
  calling_ = false;
  held_bytes_ = 0;
  if (!answer.ok() && answer.status().code() == Code::expired) {
    iterator_.clear();
    ++counters_.retries;
    return;
  }
  if (!answer.ok() && answer.status().code() == Code::too_large) {
    // Records have grown: ask for a quarter as many. What we would not take counts as read all the same.
    record_bytes_ = std::min(record_bytes_ * 4, answer_bytes);
    ++counters_.retries;
    pause_after(static_cast<int64_t>(answer_bytes / 4 * 3), kLeastPauseMs);
    return;
  }
  if (!answer.ok()) return fail(answer.status());
  Result<GetRecordsAnswer> records = read_get_records(std::move(answer->body));
  if (!records.ok()) return fail(records.status());

  failures_ = 0;
  answer_ = std::move(*records);
  next_record_ = 0;
  iterator_ = answer_.next_iterator;
  closed_ = iterator_.empty();
  behind_latest_ms_ = answer_.behind_latest_ms;
  int64_t bytes = 0;
  for (const SourceRecord& record : answer_.records) bytes += static_cast<int64_t>(record.data.size());
  counters_.records += static_cast<int64_t>(answer_.records.size());
  counters_.bytes += bytes;
  if (!answer_.records.empty()) {
    held_bytes_ = answer_.body.capacity();
    position_ = {Position::Kind::after_sequence_number, 0, std::string(answer_.records.back().sequence_number)};
    record_bytes_ = std::max(in_answer(static_cast<size_t>(bytes) / answer_.records.size()), record_bytes_ / 2);
  } else {
    answer_ = {};
  }
  pause_after(bytes, behind_latest_ms_ == 0 ? poll_interval_ms_ : kLeastPauseMs);
  end_if_done();
}

// Reading takes as long as the service allots to the bytes that were read.
void ShardReader::pause_after(int64_t bytes, int64_t least_ms) {
  const int64_t allotted_ms = (bytes * 1000 + kBytesPerSecond - 1) / kBytesPerSecond;
  next_call_ms_ = env_.clock.monotonic_ms() + std::max(least_ms, allotted_ms);
}

void ShardReader::fail(const Status& status) {
  ++counters_.retries;
  ++failures_;
  const bool permanent = !status.retryable();
  // An iterator that the service does not know any more is of no use; a new one starts from where we are.
  if (permanent) iterator_.clear();
  next_call_ms_ = env_.clock.monotonic_ms() +
                  (permanent ? kPermanentFailurePauseMs : kBackoff.delay_ms(failures_, env_.random));
  // Being throttled is how a shared shard is read; only what is not is worth a line.
  if (status.code() != Code::throttled) report_(status.in("shard " + shard_.id));
}

const SourceRecord* ShardReader::record() const {
  return next_record_ < answer_.records.size() ? &answer_.records[next_record_] : nullptr;
}

void ShardReader::take_record() {
  if (++next_record_ < answer_.records.size()) return;
  answer_ = {};
  next_record_ = 0;
  held_bytes_ = 0;
  end_if_done();
}

void ShardReader::end_if_done() { ended_ = closed_ && !record(); }

}  // namespace penstock
