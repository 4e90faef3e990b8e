// Passes one event through the filter.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "core/logs/record/lambda_filter.h"

namespace penstock::logs {

inline constexpr int64_t kEventMs = 1566741555269;  // 2019-08-25T13:59:15.269Z
inline constexpr std::string_view kEventTime = "2019-08-25T13:59:15.269Z";

inline penstock_batch batch_of(const std::vector<penstock_record>& records) {
  penstock_batch batch = {};
  batch.struct_size = sizeof batch;
  batch.record_stride = sizeof(penstock_record);
  batch.records = records.data();
  batch.record_count = records.size();
  batch.log_group = bytes("/aws/lambda/f");
  batch.log_stream = bytes("s");
  batch.owner = bytes("123");
  batch.region = bytes("eu-west-1");
  return batch;
}

inline penstock_record event_of(std::string_view body) {
  penstock_record record = {};
  record.time_ms = kEventMs;
  record.id = bytes("e1");
  record.body = bytes(body);
  return record;
}

// Returns the records for these bodies.
inline std::vector<std::string> filtered(const std::vector<std::string>& bodies,
                                         const LambdaFilterOptions& options = {}) {
  std::vector<penstock_record> events;
  events.reserve(bodies.size());
  for (const std::string& body : bodies) events.push_back(event_of(body));
  std::vector<std::string> out;
  LambdaFilter filter(options);
  const auto emit = [](void* ctx, const penstock_batch* batch) -> int32_t {
    for (uint64_t index = 0; index < batch->record_count; ++index) {
      EXPECT_EQ(batch->records[index].flags, PENSTOCK_RECORD_JSON);
      static_cast<std::vector<std::string>*>(ctx)->emplace_back(view(batch->records[index].body));
    }
    return PENSTOCK_OK;
  };
  EXPECT_EQ(filter.apply(batch_of(events), emit, &out), PENSTOCK_OK);
  return out;
}

inline std::string filtered_one(const std::string& body, const LambdaFilterOptions& options = {}) {
  const std::vector<std::string> out = filtered({body}, options);
  return out.size() == 1 ? out[0] : "not one record";
}

}  // namespace penstock::logs
