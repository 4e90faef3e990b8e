// The filter: each log event in, one JSON record out, unless it is one of those left out on request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "abi/penstock.h"
#include "base/text_buffer.h"
#include "core/logs/record/log_groups.h"
#include "core/logs/record/record.h"

namespace penstock::logs {

struct LambdaFilterOptions : RecordOptions {
  LogGroups log_groups;  // whose events are wanted
};

struct LambdaFilterCounters {
  int64_t records = 0;         // all that came in; each is one of those that follow
  int64_t system_lines = 0;    // START, END, REPORT and their kin
  int64_t passed_through = 0;  // JSON objects
  int64_t wrapped = 0;         // neither
  int64_t dropped = 0;         // left out for what they are about
  int64_t excluded = 0;        // left out for their log group
};

// Reuses its buffers from batch to batch.
class LambdaFilter {
 public:
  explicit LambdaFilter(const LambdaFilterOptions& options);

  // Hands the batch on as JSON records (PENSTOCK_RECORD_JSON), same order, id, time and key, in pieces of about
  // 64 KiB of output so that memory stays bounded; none where all of it is left out. Answers below 0 of emit end
  // it and are returned.
  int32_t apply(const penstock_batch& batch, penstock_emit_fn emit, void* emit_ctx);

  const LambdaFilterCounters& counters() const { return counters_; }

 private:
  void append(const penstock_batch& batch, uint64_t index);
  int32_t emit_piece(const penstock_batch& batch, penstock_emit_fn emit, void* emit_ctx);

  LogGroups log_groups_;
  RecordWriter writer_;
  LambdaFilterCounters counters_;
  TextBuffer text_;                       // of the piece's records, one behind the other
  std::vector<penstock_record> records_;  // of the piece; where their bodies lie is filled in when it is emitted
};

}  // namespace penstock::logs
