// Decodes records as subscription messages, and lists the messages in them.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "core/logs/decode/subscription.h"

namespace penstock::logs {

inline constexpr int64_t kArrivalMs = 1700000000123;

inline penstock_batch origin_of_record() {
  penstock_batch origin = {};
  origin.struct_size = sizeof origin;
  origin.ack_id = 7;
  origin.region = bytes("eu-west-1");
  origin.stream = bytes("in");
  origin.shard_id = bytes("shardId-000000000000");
  origin.sequence_number = bytes("42");
  origin.arrival_time_ms = kArrivalMs;
  return origin;
}

// Everything that was decoded from a record, one line for each batch and event.
struct Decoded {
  std::vector<std::string> lines;
  Status problem;
  SubscriptionCounters counters;
};

inline Decoded decode(const std::string& data, size_t limit_bytes = 1 << 20,
                      ExtractedFields fields = ExtractedFields::drop) {
  SubscriptionReader reader(limit_bytes, fields);
  Decoded decoded;
  {
    std::string passing = data;
    reader.begin(passing, origin_of_record());
    passing.assign(passing.size(), 'x');
  }
  penstock_batch batch = {};
  while (reader.next(batch) == SubscriptionReader::Step::batch) {
    EXPECT_EQ(batch.ack_id, 7u);
    EXPECT_EQ(view(batch.sequence_number), "42");
    decoded.lines.push_back("batch " + std::string(view(batch.owner)) + " " + std::string(view(batch.region)) +
                            " " + std::string(view(batch.log_group)) + " " + std::string(view(batch.log_stream)));
    if (batch.central_log_group.size > 0)
      decoded.lines.back() += " through " + std::string(view(batch.central_log_group));
    for (uint64_t index = 0; index < batch.record_count; ++index) {
      const penstock_record& record = batch.records[index];
      decoded.lines.push_back(std::to_string(record.time_ms) +
                              ((record.flags & PENSTOCK_RECORD_TIME_IS_ARRIVAL) != 0 ? "(arrival) " : " ") +
                              std::string(view(record.id)) + " " + std::string(view(record.body)));
      if (record.extracted_fields.size > 0)
        decoded.lines.back() += " fields " + std::string(view(record.extracted_fields));
    }
  }
  decoded.problem = reader.problem();
  decoded.counters = reader.counters();
  return decoded;
}

inline std::string message(const std::string& events, const std::string& type = "DATA_MESSAGE") {
  return R"({"messageType":")" + type + R"(","owner":"123","logGroup":"g","logStream":"s",)" +
         R"("subscriptionFilters":["f"],"logEvents":[)" + events + "]}";
}

inline std::string event(const std::string& id) {
  return R"({"id":")" + id + R"(","timestamp":5,"message":"m)" + id + R"("})";
}

inline const std::vector<std::string> kOneEvent = {"batch 123 eu-west-1 g s", "5 1 m1"};

inline bool says(const Status& status, const std::string& what) {
  return status.message().find(what) != std::string::npos;
}

}  // namespace penstock::logs
