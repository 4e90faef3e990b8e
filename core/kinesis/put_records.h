// PutRecords on the wire: what a record weighs, the request's JSON, and what a response says.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "core/kinesis/hash_key.h"

namespace penstock::kinesis {

// The service's limits, from the page above and
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html. A record's bytes are
// those of its data before base64 plus those of its partition key in UTF-8.
inline constexpr size_t kMaxRecordsPerCall = 500;
inline constexpr size_t kMaxRecordBytes = size_t{1} << 20;         // of a stream that was not raised,
inline constexpr size_t kMaxRaisedRecordBytes = size_t{10} << 20;  // and at most, see
// https://docs.aws.amazon.com/streams/latest/dev/large-records.html
inline constexpr size_t kMaxCallBytes = size_t{5} << 20;         // in all that the documents said,
inline constexpr size_t kMaxRaisedCallBytes = size_t{10} << 20;  // and since 2025
inline constexpr size_t kMaxPartitionKeyCharacters = 256;        // Unicode characters; at least 1

// Ample for a response about kMaxRecordsPerCall records, each refused with a long message.
inline constexpr size_t kMaxPutRecordsResponseBytes = size_t{1} << 20;

inline size_t put_record_bytes(std::string_view data, std::string_view partition_key) {
  return data.size() + partition_key.size();
}

// Whether the service takes text as a partition key: valid UTF-8 of 1 to 256 characters.
bool is_partition_key(std::string_view text);

// Appends, as append_json_member() does, "StreamName":"..." or, where stream begins with "arn:", which no name
// does, "StreamARN":"...".
void append_stream_member(std::string& json, std::string_view stream);

// About how long the request's body becomes; a key that needs escapes makes it longer.
size_t put_records_body_bytes(size_t records, size_t bytes);
inline constexpr size_t kExplicitHashKeyBytes = 60;  // what one makes a record longer, at most

// The body, piece by piece: begin, each record, end.
void begin_put_records(std::string& body);
void append_put_record(std::string& body, std::string_view data, std::string_view partition_key);
// The same with an ExplicitHashKey, which decides on the shard in the partition key's place.
void append_put_record(std::string& body, std::string_view data, std::string_view partition_key, HashKey hash_key);
void end_put_records(std::string& body, std::string_view stream);  // a name or an ARN

struct RejectedRecord {
  size_t index;           // in the request
  std::string_view code;  // as in "ProvisionedThroughputExceededException"; lies in the response
};

struct PutRecordsResponse {
  std::vector<RejectedRecord> rejected;     // in order
  std::vector<std::string_view> shard_ids;  // where each record is; "" where the response does not say
};

// Parses in place: body is changed, and what is told lies in it. A record counts as taken only where the response
// has a sequence number and no error for it. Code::transient where the response is no JSON or does not speak of
// sent_records records: what became of them is unknown.
Result<PutRecordsResponse> read_put_records_response(std::string& body, size_t sent_records);

}  // namespace penstock::kinesis
