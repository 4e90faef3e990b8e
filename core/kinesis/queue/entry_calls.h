// Calls that change the state of received records: at most ten in a call, and entries that fail are retried with
// backoff.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/aws/service_client.h"
#include "core/env.h"
#include "core/kinesis/queue/queue_api.h"
#include "core/log_throttle.h"

namespace penstock::kinesis {

using ReceiveNumber = uint64_t;  // of one receive of a record, in this process; greater than 0

// The calls of one operation. A call starts as soon as there is an entry, without waiting for more. Retries an
// entry if its call failed as a whole, if the response does not list it, or if its error is retryable. Any other
// outcome is final.
class EntryCalls {
 public:
  struct Entry {
    ReceiveNumber number = 0;
    std::optional<int64_t> visibility_timeout_s;
  };
  // Returns the receipt handle, which exists until the final outcome.
  using HandleOf = std::function<std::string_view(ReceiveNumber)>;
  // Receives a final outcome. sent_boot_ms: when the call was started, by the boot clock. Must not throw.
  using Done = std::function<void(const Entry&, const Status& outcome, int64_t sent_boot_ms)>;

  // queue: its name for messages. operation: AcknowledgeQueueRecords or UpdateQueueRecordsVisibility. action: what
  // that does, for messages: "acknowledge records". REQUIRES: all references, and the text of operation and
  // action, outlive this object, which outlives its calls.
  EntryCalls(Env& env, aws::ServiceClient& client, LogThrottle& throttle, const std::string& queue,
             const std::string& queue_arn, const char* operation, const char* action, HandleOf handle_of,
             Done done)
      : env_(env),
        client_(client),
        throttle_(throttle),
        queue_(queue),
        queue_arn_(queue_arn),
        operation_(operation),
        action_(action),
        handle_of_(std::move(handle_of)),
        done_(std::move(done)) {}

  // Makes room for an entry, so that the next add() does not allocate.
  void make_room();
  void add(const Entry& entry) { waiting_.push_back(entry); }

  // Starts the calls that are due.
  void advance();
  int64_t next_deadline_ms() const;
  bool idle() const { return waiting() == 0 && calls_ == 0; }
  // Returns false after a call that failed as a whole, until one succeeds.
  bool healthy() const { return !incident_.logged(); }

  int64_t calls() const { return total_calls_; }
  int64_t retries() const { return retries_; }
  size_t held_bytes() const { return waiting_.capacity() * sizeof(Entry); }

 private:
  struct Batch {
    std::array<Entry, kMaxQueueEntries> entries;
    size_t size = 0;
    int64_t sent_boot_ms = 0;
  };

  size_t waiting() const { return waiting_.size() - first_; }
  void take_first(size_t size);
  std::vector<QueueEntry> entries_of(const Batch& batch) const;
  void start_call();
  void end_call(const Batch& batch, Result<aws::ServiceResponse>& response);
  Result<std::vector<Status>> read(const Batch& batch, Result<aws::ServiceResponse>& response) const;

  Env& env_;
  aws::ServiceClient& client_;
  LogThrottle& throttle_;
  const std::string queue_;
  const std::string queue_arn_;
  const char* const operation_;
  const char* const action_;
  HandleOf handle_of_;
  Done done_;

  std::vector<Entry> waiting_;  // from first_ on
  size_t first_ = 0;
  size_t under_way_ = 0;  // entries in calls
  size_t calls_ = 0;      // in flight
  int failures_ = 0;      // in a row
  int64_t not_before_ms_ = 0;
  Incident incident_;
  int64_t total_calls_ = 0;
  int64_t retries_ = 0;
};

}  // namespace penstock::kinesis
