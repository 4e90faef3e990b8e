// Request bodies and response parsers of the calls for queues, as pure functions.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace penstock::kinesis {

// Limits of the service: https://docs.aws.amazon.com/streams/latest/dev/queues-quotas.html
inline constexpr size_t kMaxQueueEntries = 10;  // of a call: records to receive or to change
inline constexpr size_t kMaxRecordsInFlight = 120'000;
inline constexpr int64_t kMaxVisibilityS = 43'200;
inline constexpr int64_t kMaxWaitS = 20;

// A record as views into the response that holds it.
struct QueueRecord {
  std::string_view receipt_handle;  // of this receive; identifies the record in other calls
  std::string_view record_id;       // the same in every receive, and in every queue on the stream
  std::string_view partition_key;   // "": the producer gave none
  std::string_view data;            // decoded from base64
  int64_t arrival_time_ms = 0;
  int64_t receive_count = 0;  // including this receive
};

struct QueueRecords {
  std::string body;  // the views point into it; move this object only as a whole
  std::vector<QueueRecord> records;
};

struct QueueDescription {
  std::string name;
  std::string status;      // CREATING, ACTIVE, UPDATING, or DELETING
  std::string stream_arn;  // "": not in the response
  int64_t visibility_timeout_s = 30;
  std::optional<int64_t> max_receive_count;  // nullopt: no dead-letter handling
};

// One record of a call that changes some. The timeout is for calls that set the visibility.
struct QueueEntry {
  std::string_view handle;
  std::optional<int64_t> visibility_timeout_s;
};

std::string describe_queue_body(const std::string& arn);
std::string receive_queue_records_body(const std::string& arn, size_t limit, int64_t wait_s,
                                       std::optional<int64_t> visibility_timeout_s);
// For AcknowledgeQueueRecords, UpdateQueueRecordsVisibility, and the same calls for dead letters.
std::string entries_body(const std::string& arn, std::span<const QueueEntry> entries);

// Return Code::transient if the text is not the response that the service documents; a retry may get a complete
// one.
Result<QueueDescription> read_describe_queue(std::string body);
// operation: ReceiveQueueRecords or ReceiveDeadLetterQueueRecords.
Result<QueueRecords> read_queue_records(const char* operation, std::string body);
// Returns the outcome of each entry, in the order of the request.
Result<std::vector<Status>> read_entry_outcomes(const char* operation, std::string body,
                                                std::span<const QueueEntry> entries);

}  // namespace penstock::kinesis
