// The filter: each log event in, one JSON record out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "abi/penstock.h"
#include "core/logs/record.h"

namespace penstock {

struct LambdaFilterOptions {
  std::string source_key = "source";        // the member that says where an event came from
  std::string timestamp_key = "timestamp";  // the member that says when
};

struct LambdaFilterCounters {
  int64_t records = 0;         // all
  int64_t system_lines = 0;    // START, END, REPORT and their kin
  int64_t passed_through = 0;  // JSON objects
  int64_t wrapped = 0;         // neither
};

// Reuses its buffers from batch to batch.
class LambdaFilter {
 public:
  explicit LambdaFilter(const LambdaFilterOptions& options);

  // Hands the batch on as JSON records (PENSTOCK_RECORD_JSON), same order, id, time and key, in pieces of about
  // 256 KiB of output so that memory stays bounded. Answers below 0 of emit end it and are returned.
  int32_t apply(const penstock_batch& batch, penstock_emit_fn emit, void* emit_ctx);

  const LambdaFilterCounters& counters() const { return counters_; }

 private:
  void append(const penstock_record& event);
  int32_t emit_piece(const penstock_batch& batch, penstock_emit_fn emit, void* emit_ctx);

  RecordWriter writer_;
  LambdaFilterCounters counters_;
  std::string text_;                      // of the piece's records, one behind the other
  std::vector<penstock_record> records_;  // of the piece; where their bodies lie is filled in when it is emitted
};

}  // namespace penstock
