#include "core/kinesis/input/shard_reader.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <new>
#include <utility>

#include "core/backoff.h"

namespace penstock::kinesis {

namespace {

// https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html: five GetRecords calls and 2 MiB
// per second and shard; 10 MiB per record if the stream's limit was raised to it.
constexpr int64_t kMinPauseMs = 200;
constexpr int64_t kBytesPerSecond = 2 << 20;
constexpr size_t kLargestRecordBytes = 10 << 20;

constexpr size_t kIteratorResponseBytes = 64 << 10;
constexpr size_t kMinResponseBytes = 128 << 10;
constexpr size_t kMinResponseRecords = 8;
constexpr size_t kFirstRecordBytesGuess = 16 << 10;
constexpr size_t kRecordOverheadBytes = 300;  // of the other members of a record in a response
constexpr size_t kUnknown = std::numeric_limits<size_t>::max();
constexpr Backoff kBackoff{200, 10000};
constexpr int64_t kPermanentFailurePauseMs = 30000;
constexpr int64_t kOverdueMs = 2000;  // allowance for the duration of a call that is due

// Returns the size of a record in a response, where its data is base64.
constexpr size_t bytes_in_response(size_t data_bytes) { return data_bytes / 3 * 4 + kRecordOverheadBytes; }

constexpr size_t kLargestRecordInResponseBytes = bytes_in_response(kLargestRecordBytes);
constexpr size_t kLargestResponseBytes =
    kLargestRecordInResponseBytes + kRecordOverheadBytes;  // response with one record

IteratorStart iterator_start(const ReadFrom& from) {
  switch (from.kind) {
    case ReadFrom::Kind::at_timestamp:
      return {IteratorStart::Kind::at_timestamp, from.timestamp_ms, ""};
    case ReadFrom::Kind::after:
      return {IteratorStart::Kind::at_sequence_number, 0, from.position.sequence_number};
    case ReadFrom::Kind::trim_horizon:
      break;
  }
  return {};
}

}  // namespace

ShardReader::ShardReader(Env& env, aws::ServiceClient& client, ReaderTotals& totals, std::string stream,
                         std::string shard_id, const ReadFrom& from, ShardReaderOptions options, Called called)
    : env_(env),
      client_(client),
      totals_(totals),
      stream_(std::move(stream)),
      shard_id_(std::move(shard_id)),
      options_(options),
      called_(std::move(called)),
      next_(iterator_start(from)),
      last_response_ms_(env.clock.monotonic_ms()),
      record_bytes_(bytes_in_response(kFirstRecordBytesGuess)),
      expected_bytes_(kUnknown) {
  if (from.kind == ReadFrom::Kind::after) resumed_ = from.position;
}

int64_t ShardReader::next_call_ms() const {
  return calling_ || at_end_ || record() != nullptr ? kNever : next_call_ms_;
}

ShardReader::Request ShardReader::next_request(size_t most) const {
  if (iterator_.empty()) return {.records = 0, .response_bytes = kIteratorResponseBytes};
  const size_t room = std::min(most, std::max(expected_bytes_, kMinResponseBytes));
  // A quarter of the room is left for records larger than those before. A single record must fit in any case, or
  // the shard would be stuck.
  return {.records = std::clamp<size_t>(room / 4 * 3 / record_bytes_, 1, options_.max_records),
          .response_bytes = std::max(room, std::min(record_bytes_ / 3 * 4, kLargestResponseBytes))};
}

void ShardReader::start_call(size_t most) {
  const int64_t calls = totals_.calls;
  try {
    const Request request = next_request(most);
    if (iterator_.empty())
      get_iterator(request);
    else
      get_records(request);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& thrown) {
    if (totals_.calls != calls) throw;  // thrown by called_
    end_call(defect_status(thrown));
  }
}

// Everything that needs memory was allocated before: from here on, the call is sure to end.
void ShardReader::begin_call(size_t response_bytes) {
  calling_ = true;
  ++totals_.calls;
  if (std::exchange(retrying_, false)) ++totals_.retries;
  hold(response_bytes);
}

void ShardReader::get_iterator(const Request& request) {
  IteratorStart start = next_;
  // Usually begins at the last record, not after it: if the service returns that record again, retention has
  // removed nothing after it.
  if (after_last_) start.kind = IteratorStart::Kind::after_sequence_number;
  std::optional<ShardPosition> resumed = resumed_;
  if (has_read_) resumed = ShardPosition{next_.sequence_number, kWholeRecord};
  std::string body = get_shard_iterator_body(stream_, shard_id_, start);
  aws::ServiceClient::Done done = [this](Result<aws::ServiceResponse> response) {
    hold(0);
    after_last_ = false;  // may be out of date when the next iterator is requested
    end_call(catching_exceptions([&] {
      if (!response.ok()) return response.status();
      Result<std::string> iterator = read_get_shard_iterator(std::move(response->body));
      if (iterator.ok()) iterator_ = std::move(*iterator);
      return iterator.status();
    }));
  };
  begin_call(request.response_bytes);
  resumed_ = std::move(resumed);
  began_after_last_ = after_last_;
  // mutation: open shard ends without child shards
  confirming_end_ = end_in_doubt_ && listed_closed_;
  client_.call("GetShardIterator", std::move(body), request.response_bytes, std::move(done));
}

void ShardReader::get_records(const Request& request) {
  std::string body = get_records_body(stream_, iterator_, request.records);
  aws::ServiceClient::Done done = [this, request](Result<aws::ServiceResponse> response) {
    hold(0);
    end_call(catching_exceptions([&] { return read(request, std::move(response)); }));
  };
  begin_call(request.response_bytes);
  client_.call("GetRecords", std::move(body), request.response_bytes, std::move(done));
}

Status ShardReader::read(const Request& request, Result<aws::ServiceResponse> response) {
  if (!response.ok()) {
    if (response.status().code() == Code::too_large) {
      // Records have grown: request a sixteenth as many, or a single one of the largest possible size. The service
      // charges its rate limit even for a response that we discard.
      record_bytes_ = request.records > 1 ? std::min(record_bytes_ * 16, request.response_bytes)
                                          : kLargestRecordInResponseBytes;
      expected_bytes_ = kUnknown;
      pause_after(static_cast<int64_t>(request.response_bytes / 4 * 3), kMinPauseMs);
    }
    return response.status();
  }
  const size_t response_size = response->body.size();
  Result<GetRecordsResponse> records = read_get_records(std::move(response->body));
  if (!records.ok()) return records.status();

  const bool any = !records->records.empty();
  if (any && began_after_last_) {
    iterator_.clear();
    pause_after(static_cast<int64_t>(response_size), kMinPauseMs);
    return {};
  }
  std::string last;
  if (any) last = records->records.back().sequence_number;
  const bool any_new = records->records.size() > 1 || (any && !is_read_whole(records->records.front()));
  const bool no_more = records->next_iterator.empty();
  // mutation: shard ends without child shards
  const bool at_end = no_more && (!records->child_shards.empty() || (confirming_end_ && !any));
  Status outcome;
  if (no_more && !at_end)
    outcome = {Code::transient, "PS0324",
               "GetRecords: the response has neither NextShardIterator nor ChildShards, which does not prove that "
               "the shard has ended; checking again with ListShards"};

  // Nothing allocates from here on: the response is taken as a whole, or not at all and requested again.
  response_ = std::move(*records);
  next_record_ = 0;
  iterator_ = std::move(response_.next_iterator);
  at_end_ = at_end;
  if (at_end) child_shards_ = std::move(response_.child_shards);
  end_in_doubt_ = !outcome.ok();
  if (outcome.ok() || any_new) failures_ = 0;
  behind_latest_ms_ = response_.behind_latest_ms;
  int64_t bytes = 0;
  for (const SourceRecord& record : response_.records) bytes += static_cast<int64_t>(record.data.size());
  totals_.records += static_cast<int64_t>(response_.records.size());
  totals_.responses.observe(response_.records.size(), response_size);
  totals_.bytes += bytes;
  if (any) {
    hold(response_.body.capacity());
    // mutation: new iterator at the start position
    next_ = {IteratorStart::Kind::at_sequence_number, 0, std::move(last)};
    // mutation: new iterator at the start position
    has_read_ = true;
    record_bytes_ =
        std::max(bytes_in_response(static_cast<size_t>(bytes) / response_.records.size()), record_bytes_ / 2);
  } else {
    response_.release();
  }
  // A shard that is up to date probably returns about as much the next time.
  expected_bytes_ =
      behind_latest_ms_ > 0 ? kUnknown : std::max(2 * response_size, kMinResponseRecords * record_bytes_);
  if (any) confirming_end_ = false;
  if (any) last_came_again_ = !any_new;
  after_last_ = end_in_doubt_ && last_came_again_;
  pause_after(bytes, behind_latest_ms_ == 0 ? options_.poll_interval_ms : kMinPauseMs);
  last_response_ms_ = env_.clock.monotonic_ms();
  overdue_ms_ = next_call_ms_ + kOverdueMs;
  return outcome;
}

// Returns whether this is the record at which reading resumed, with all of it settled before.
bool ShardReader::is_read_whole(const SourceRecord& record) const {
  return resumed_ && resumed_->sub_sequence_number == kWholeRecord &&
         record.sequence_number == resumed_->sequence_number;
}

// Sets the next call to when the service's limit on bytes per second allows it.
void ShardReader::pause_after(int64_t bytes, int64_t min_ms) {
  const int64_t allotted_ms = (bytes * 1000 + kBytesPerSecond - 1) / kBytesPerSecond;
  next_call_ms_ = env_.clock.monotonic_ms() + std::max(min_ms, allotted_ms);
}

int64_t ShardReader::lag_ms() const {
  const int64_t now_ms = env_.clock.monotonic_ms();
  const int64_t since_ms = now_ms - last_response_ms_;
  if (behind_latest_ms_ < 0) return std::max<int64_t>(1, since_ms);
  return behind_latest_ms_ == 0 && now_ms < overdue_ms_ ? 0 : behind_latest_ms_ + since_ms;
}

int64_t ShardReader::failing_ms() const { return failing() ? env_.clock.monotonic_ms() - last_response_ms_ : 0; }

void ShardReader::end_call(const Status& status) {
  calling_ = false;
  if (status.ok()) return called_(status);
  retrying_ = true;
  const bool permanent = !status.retryable() && status.code() != Code::too_large;
  // An iterator that is too old, or unknown to the service, is useless. A new one begins at the current position.
  const bool expired = status.code() == Code::expired;
  // mutation: new iterator at the current time
  if (permanent || expired) iterator_.clear();
  if (status.code() != Code::too_large) {
    ++failures_;
    const int64_t pause_ms = permanent                   ? kPermanentFailurePauseMs
                             : expired && failures_ == 1 ? 0
                                                         : kBackoff.delay_ms(failures_, env_.random);
    next_call_ms_ = std::max(next_call_ms_, env_.clock.monotonic_ms() + pause_ms);
  }
  called_(status);
}

const SourceRecord* ShardReader::record() const {
  return next_record_ < response_.records.size() ? &response_.records[next_record_] : nullptr;
}

void ShardReader::take_record() {
  // mutation: record of a response dropped
  if (++next_record_ < response_.records.size()) return;
  response_.release();
  next_record_ = 0;
  hold(0);
}

void ShardReader::hold(size_t bytes) {
  totals_.held_bytes += bytes - held_bytes_;
  held_bytes_ = bytes;
}

}  // namespace penstock::kinesis
