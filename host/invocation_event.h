// The event that a Lambda function gets from a Kinesis stream:
// {"Records":[{"kinesis":{"data":"<base64>","sequenceNumber":...},"eventID":...}]}
// https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace penstock::host {

// One of its records; what is not said is empty, or 0.
struct KinesisRecord {
  int64_t index = 0;  // in Records, from 0
  std::string data;   // still base64
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

// Gives each record to take, in order. unreadable: error says why. Nesting costs memory, no stack.
EventForm read_invocation_event(std::string_view json, const std::function<void(const KinesisRecord&)>& take,
                                std::string& error);

}  // namespace penstock::host
