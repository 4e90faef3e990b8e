// Receives the records of a queue, with as many calls as the load needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "core/aws/service_client.h"
#include "core/env.h"
#include "core/kinesis/call_sizes.h"
#include "core/kinesis/queue/in_flight_records.h"
#include "core/kinesis/queue/queue_api.h"
#include "core/log_throttle.h"

namespace penstock::kinesis {

// Receiver of one queue. Without load, one call at a time waits for records (long polling). A response that is
// full adds a call if no records wait to be taken, and an empty one removes a call. Added calls wait for a second
// only, so that a shutdown does not have to wait for them for long. A response counts like a call until its
// records are taken, so that little is received that cannot be emitted soon.
class QueueReceiver {
 public:
  struct Options {
    std::string queue;  // name for messages
    std::string queue_arn;
    int64_t wait_s = kMaxWaitS;  // of a call without records; less than the time limit of a call
    size_t mem_limit_bytes = 24 << 20;
  };
  // Runs when a call has ended, with its result.
  using Called = std::function<void(const Status&)>;

  // REQUIRES: all references outlive the receiver, which outlives its calls.
  QueueReceiver(Env& env, aws::ServiceClient& client, LogThrottle& throttle, InFlightRecords& in_flight,
                Options options, Called called)
      : env_(env),
        client_(client),
        throttle_(throttle),
        in_flight_(in_flight),
        options_(std::move(options)),
        called_(std::move(called)) {}

  void set_visibility_timeout_s(int64_t timeout_s) { visibility_timeout_s_ = timeout_s; }

  // Starts the calls that are due. other_bytes: memory that others hold.
  void advance(size_t other_bytes);
  // Returns when to call advance(): kNever while it has to wait for a call, or for records to be taken.
  int64_t next_call_ms(size_t other_bytes) const;
  // Starts no more calls. Calls in flight may still open records.
  void stop() { stopped_ = true; }
  // Returns whether calls are in flight that end soon: they wait for a second only, or probably bring records.
  bool busy() const { return calls_ > long_calls_ || (calls_ > 0 && last_records_ > 0); }

  // Returns the next record that was received, or nullptr. It is valid until take_record().
  const QueueRecord* record() const;
  ReceiveNumber number() const { return buffered_.front().numbers[buffered_.front().next]; }
  // Removes the record that record() returns. It stays in flight.
  void take_record();

  // Returns 0 if the last response was not full, so that no more records were visible; otherwise the age of the
  // newest record in it; -1 while no response arrives.
  int64_t lag_ms() const;
  // Returns the time since the first of the calls that have failed in a row, 0 if the last one succeeded.
  int64_t failing_ms() const;
  size_t calls_in_flight() const { return calls_; }
  size_t held_bytes() const { return held_bytes_; }
  int64_t calls() const { return total_calls_; }
  int64_t retries() const { return retries_; }
  int64_t records() const { return total_records_; }
  const CallSizes& responses() const { return responses_; }
  int64_t bytes() const { return total_bytes_; }
  int64_t redelivered() const { return redelivered_; }

 private:
  struct Request {
    size_t records;
    size_t response_bytes;
    bool is_long = false;  // waits for options_.wait_s
  };
  struct Buffered {
    QueueRecords response;
    std::vector<ReceiveNumber> numbers;  // of its records
    size_t next = 0;                     // record
  };

  Request next_request() const;
  bool may_call(size_t other_bytes) const;
  void start_call();
  void end_call(const Request& request, int64_t sent_boot_ms, Result<aws::ServiceResponse>& response);
  Status read(const Request& request, int64_t sent_boot_ms, Result<aws::ServiceResponse>& response);
  Status open_records_of_last(int64_t sent_boot_ms);
  void adapt(size_t requested, size_t received);
  void fail(const Status& status);

  Env& env_;
  aws::ServiceClient& client_;
  LogThrottle& throttle_;
  InFlightRecords& in_flight_;
  const Options options_;
  Called called_;
  int64_t visibility_timeout_s_ = 30;

  std::deque<Buffered> buffered_;
  size_t calls_ = 0;         // in flight
  size_t long_calls_ = 0;    // of these, long polling
  size_t wanted_ = 1;        // calls and buffered responses
  size_t held_bytes_ = 0;    // reserved for calls, and buffered
  size_t record_bytes_ = 0;  // of a record in a response: the largest of late; 0: none yet
  size_t last_records_ = 0;  // of the last response
  bool has_response_ = false;
  bool last_was_full_ = false;
  int64_t last_arrival_ms_ = 0;  // of the newest record in it; Unix time
  bool stopped_ = false;
  int failures_ = 0;              // in a row
  int64_t failing_since_ms_ = 0;  // monotonic time of the first of them
  int64_t next_call_ms_ = 0;
  Incident incident_;
  int64_t total_calls_ = 0;
  int64_t retries_ = 0;
  int64_t total_records_ = 0;
  CallSizes responses_;
  int64_t total_bytes_ = 0;
  int64_t redelivered_ = 0;
};

}  // namespace penstock::kinesis
