#include "core/kinesis/queue/queue_receiver.h"

#include <algorithm>
#include <utility>

#include "core/backoff.h"

namespace penstock::kinesis {

namespace {

constexpr size_t kMaxCalls = 16;  // in flight, each on its own connection
constexpr int64_t kShortWaitS = 1;
constexpr size_t kMinResponseBytes = 32 << 10;
// Of the other members of a record in a response: a handle of 1,024 characters, an ID, a partition key of 256
// characters of up to four bytes, and times.
constexpr size_t kRecordOverheadBytes = 2560;
constexpr size_t kLargestRecordBytes = 10 << 20;
constexpr size_t kLargestResponseBytes = kLargestRecordBytes / 3 * 4 + 2 * kRecordOverheadBytes;  // of one record
// Records of a response that is too large are lost until their visibility expires, which uses up one of their
// receives. So a response has room for records of several times the size seen of late.
constexpr size_t kHeadroom = 4;
constexpr Backoff kBackoff{200, 10'000};
constexpr Backoff kRejectedBackoff{500, 30'000};

}  // namespace

QueueReceiver::Request QueueReceiver::next_request() const {
  // A single record must fit in any case, or the queue would be stuck.
  if (record_bytes_ == 0) return {1, std::min(kLargestResponseBytes, options_.mem_limit_bytes / 2)};
  if (record_bytes_ >= kLargestResponseBytes) return {1, kLargestResponseBytes};
  const size_t room = options_.mem_limit_bytes / 8;
  const size_t records = std::clamp<size_t>(room / (kHeadroom * record_bytes_), 1, kMaxQueueEntries);
  return {records, std::clamp(records * kHeadroom * record_bytes_, kMinResponseBytes, kLargestResponseBytes)};
}

bool QueueReceiver::may_call(size_t other_bytes) const {
  if (stopped_ || buffered_.size() > 1 || calls_ + buffered_.size() >= wanted_) return false;
  if (!in_flight_.may_begin()) return false;
  const Request request = next_request();
  if (in_flight_.open_records() + kMaxQueueEntries * calls_ + request.records > kMaxRecordsInFlight) return false;
  return (held_bytes_ == 0 && request.records == 1) ||
         other_bytes + held_bytes_ + request.response_bytes <= options_.mem_limit_bytes;
}

void QueueReceiver::advance(size_t other_bytes) {
  while (env_.clock.monotonic_ms() >= next_call_ms_ && may_call(other_bytes)) start_call();
}

int64_t QueueReceiver::next_call_ms(size_t other_bytes) const {
  return may_call(other_bytes) ? std::max(next_call_ms_, env_.clock.monotonic_ms()) : kNever;
}

void QueueReceiver::start_call() {
  Request request = next_request();
  // mutation: every receive call waits for long
  request.is_long = long_calls_ == 0;
  std::string body = receive_queue_records_body(
      options_.queue_arn, request.records, request.is_long ? options_.wait_s : kShortWaitS, visibility_timeout_s_);
  aws::ServiceClient::Done done = [this, request,
                                   sent_boot_ms = env_.clock.boot_ms()](Result<aws::ServiceResponse> response) {
    end_call(request, sent_boot_ms, response);
  };
  // Everything that needs memory was allocated before: from here on, the call is sure to end.
  ++calls_;
  if (request.is_long) ++long_calls_;
  ++total_calls_;
  if (failures_ > 0) ++retries_;
  held_bytes_ += request.response_bytes;
  client_.call("ReceiveQueueRecords", std::move(body), request.response_bytes, std::move(done));
}

void QueueReceiver::end_call(const Request& request, int64_t sent_boot_ms,
                             Result<aws::ServiceResponse>& response) {
  --calls_;
  if (request.is_long) --long_calls_;
  held_bytes_ -= request.response_bytes;
  const Status status = catching_exceptions([&] { return read(request, sent_boot_ms, response); });
  if (status.ok()) {
    failures_ = 0;
    incident_.recover(env_, options_.queue + ": its records are received again");
  } else {
    fail(status);
  }
  called_(status);
}

Status QueueReceiver::read(const Request& request, int64_t sent_boot_ms, Result<aws::ServiceResponse>& response) {
  if (!response.ok()) {
    // Records have grown: request a single one of any size.
    if (response.status().code() == Code::too_large) record_bytes_ = kLargestResponseBytes;
    return response.status();
  }
  const size_t response_bytes = response->body.size();
  Result<QueueRecords> records = read_queue_records("ReceiveQueueRecords", std::move(response->body));
  if (!records.ok()) return records.status();
  last_records_ = records->records.size();
  has_response_ = true;
  responses_.observe(last_records_, response_bytes);
  last_was_full_ = last_records_ == request.records;
  adapt(request.records, last_records_);
  if (records->records.empty()) return {};
  size_t largest = 0;
  int64_t bytes = 0, again = 0, newest_ms = 0;
  for (const QueueRecord& record : records->records) {
    largest = std::max(largest, record.data.size());
    bytes += static_cast<int64_t>(record.data.size());
    again += record.receive_count > 1 ? 1 : 0;
    newest_ms = std::max(newest_ms, record.arrival_time_ms);
  }
  buffered_.push_back({std::move(*records), {}, 0});
  if (Status opened = open_records_of_last(sent_boot_ms); !opened.ok()) return opened;
  record_bytes_ = std::max(largest / 3 * 4 + kRecordOverheadBytes, record_bytes_ / 8 * 7);
  total_records_ += static_cast<int64_t>(last_records_);
  total_bytes_ += bytes;
  redelivered_ += again;
  last_arrival_ms_ = newest_ms;
  return {};
}

// Opens every record of the newest buffered response. If that fails, drops the response.
Status QueueReceiver::open_records_of_last(int64_t sent_boot_ms) {
  Buffered& last = buffered_.back();
  Status status = catching_exceptions([&] {
    last.numbers.reserve(last.response.records.size());
    for (const QueueRecord& record : last.response.records)
      last.numbers.push_back(in_flight_.open(record, sent_boot_ms, visibility_timeout_s_));
    return Status();
  });
  if (status.ok()) {
    held_bytes_ += last.response.body.capacity();
    return status;
  }
  for (const ReceiveNumber number : last.numbers) in_flight_.forget(number);
  buffered_.pop_back();
  return status;
}

void QueueReceiver::adapt(size_t requested, size_t received) {
  if (received == 0 && wanted_ > 1) --wanted_;
  // While records wait to be taken, more calls would not help.
  if (received == requested && wanted_ < kMaxCalls && buffered_.empty()) ++wanted_;
}

void QueueReceiver::fail(const Status& status) {
  if (failures_++ == 0) failing_since_ms_ = env_.clock.monotonic_ms();
  wanted_ = std::max<size_t>(1, wanted_ / 2);
  if (status.code() == Code::too_large) {
    throttle_.log(options_.queue,
                  Status(Code::too_large, "PS0623",
                         "a response is larger than expected; its records are received again after their "
                         "visibility timeout, and then one by one"),
                  LogLevel::warn);
    return;
  }
  const Backoff& backoff = status.retryable() ? kBackoff : kRejectedBackoff;
  next_call_ms_ = env_.clock.monotonic_ms() + backoff.delay_ms(failures_, env_.random);
  const bool warning = status.retryable() || status.code() == Code::not_found;
  incident_.log(throttle_, options_.queue, status.in("cannot receive records, retrying"),
                warning ? LogLevel::warn : LogLevel::error);
}

int64_t QueueReceiver::lag_ms() const {
  if (!has_response_ || failures_ > 0) return -1;
  return last_was_full_ ? std::max<int64_t>(1, env_.clock.wall_ms() - last_arrival_ms_) : 0;
}

int64_t QueueReceiver::failing_ms() const {
  return failures_ > 0 ? env_.clock.monotonic_ms() - failing_since_ms_ : 0;
}

const QueueRecord* QueueReceiver::record() const {
  return buffered_.empty() ? nullptr : &buffered_.front().response.records[buffered_.front().next];
}

void QueueReceiver::take_record() {
  Buffered& first = buffered_.front();
  if (++first.next < first.response.records.size()) return;
  held_bytes_ -= first.response.body.capacity();
  buffered_.pop_front();
}

}  // namespace penstock::kinesis
