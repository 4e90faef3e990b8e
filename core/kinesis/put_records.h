// PutRecords on the wire: the size of a record, the JSON of a request, and the parser of a response.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "core/kinesis/hash_key.h"

namespace penstock::kinesis {

// Limits of the service, from the page above and
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html. The size of a record is
// its data before base64 plus its partition key in UTF-8.
inline constexpr size_t kMaxRecordsPerCall = 500;
inline constexpr size_t kMaxRecordBytes = size_t{1} << 20;  // of a stream with the default limit
// Highest limit of a stream: https://docs.aws.amazon.com/streams/latest/dev/large-records.html
inline constexpr size_t kMaxRaisedRecordBytes = size_t{10} << 20;
inline constexpr size_t kMaxCallBytes = size_t{5} << 20;         // documented until 2025
inline constexpr size_t kMaxRaisedCallBytes = size_t{10} << 20;  // documented since 2025
inline constexpr size_t kMaxPartitionKeyCharacters = 256;        // Unicode characters; at least 1

// Larger than any response, even if it rejects all kMaxRecordsPerCall records with long messages.
inline constexpr size_t kMaxPutRecordsResponseBytes = size_t{1} << 20;

inline size_t put_record_bytes(std::string_view data, std::string_view partition_key) {
  return data.size() + partition_key.size();
}

// Returns whether the service accepts text as a partition key: valid UTF-8 of 1 to 256 characters.
bool is_partition_key(std::string_view text);

// Appends "StreamARN":"..." if stream begins with "arn:", which no name does, or else "StreamName":"...". Adds a
// comma as append_json_member() does.
void append_stream_member(std::string& json, std::string_view stream);

// Returns the approximate size of the request body. Keys that need escapes make it larger.
size_t put_records_body_bytes(size_t records, size_t bytes);
inline constexpr size_t kExplicitHashKeyBytes = 60;  // maximum that an ExplicitHashKey adds to a record

// Build the request body in pieces: begin, each record, end.
void begin_put_records(std::string& body);
void append_put_record(std::string& body, std::string_view data, std::string_view partition_key);
// Appends a record with an ExplicitHashKey, which decides the shard in place of the partition key.
void append_put_record(std::string& body, std::string_view data, std::string_view partition_key, HashKey hash_key);
void end_put_records(std::string& body, std::string_view stream);  // a name or an ARN

struct RejectedRecord {
  size_t index;           // position in the request
  std::string_view code;  // such as "ProvisionedThroughputExceededException"; points into the response
};

struct PutRecordsResponse {
  std::vector<RejectedRecord> rejected;     // in request order
  std::vector<std::string_view> shard_ids;  // of each record; "" if the response does not say
};

// Parses a response in place: modifies body, and the result points into it. A record counts as accepted only if
// the response has a sequence number and no error for it. Returns Code::transient if the response is not JSON or
// does not have sent_records records; then it is unknown which records were accepted.
Result<PutRecordsResponse> read_put_records_response(std::string& body, size_t sent_records);

}  // namespace penstock::kinesis
