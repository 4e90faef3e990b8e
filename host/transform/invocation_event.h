// JSON that contains source records in base64:
// * the event that a Lambda function gets from a Kinesis stream
//   (https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html):
//   {"Records":[{"kinesis":{"data":"<base64>","sequenceNumber":...},"eventID":...}]}
// * the output of `aws kinesis get-records`
//   (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html):
//   {"Records":[{"Data":"<base64>","SequenceNumber":...}],"NextShardIterator":...}
// * the event that a Lambda function gets directly from a subscription
//   (https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html): {"awslogs":{"data":"<base64>"}}
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace penstock::host {

// One record of such JSON. A missing member is empty, or 0.
struct KinesisRecord {
  std::string_view member = "kinesis.data";  // member that has its data, or should have
  std::optional<int64_t> index = 0;          // in Records, from 0; none: not in a list
  std::optional<std::string> data;           // still base64
  std::string sequence_number;
  std::string partition_key;
  std::string shard_id;
  std::string stream;
  std::string region;
  int64_t arrival_time_ms = 0;
};

enum class EventForm {
  event,       // all its records were passed on
  other,       // other JSON; nothing was passed on
  unreadable,  // invalid JSON; some records may have been passed on
};

// Passes each record to take, in order; take may modify it. unreadable: error has the reason. Nesting uses memory,
// not stack.
EventForm read_invocation_event(std::string_view json, const std::function<void(KinesisRecord&)>& take,
                                std::string& error);

}  // namespace penstock::host
