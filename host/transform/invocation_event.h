// JSON that has source records in it, in base64:
// * the event that a Lambda function gets from a Kinesis stream
//   (https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html):
//   {"Records":[{"kinesis":{"data":"<base64>","sequenceNumber":...},"eventID":...}]}
// * the output of `aws kinesis get-records`
//   (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html):
//   {"Records":[{"Data":"<base64>","SequenceNumber":...}],"NextShardIterator":...}
// * the event that a Lambda function gets from a subscription of its own
//   (https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html): {"awslogs":{"data":"<base64>"}}
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace penstock::host {

// One of its records; what is not said is empty, or 0.
struct KinesisRecord {
  std::string_view member = "kinesis.data";  // where its data is, or should be
  std::optional<int64_t> index = 0;          // in Records, from 0; none: there is no such list
  std::optional<std::string> data;           // still base64
  std::string sequence_number;
  std::string partition_key;
  std::string shard_id;
  std::string stream;
  std::string region;
  int64_t arrival_time_ms = 0;
};

enum class EventForm {
  event,       // and all its records were given out
  other,       // JSON of another kind; nothing was given out
  unreadable,  // no valid JSON; some records may have been given out
};

// Gives each record to take, in order, which may change it. unreadable: error says why. Nesting costs memory, no
// stack.
EventForm read_invocation_event(std::string_view json, const std::function<void(KinesisRecord&)>& take,
                                std::string& error);

}  // namespace penstock::host
