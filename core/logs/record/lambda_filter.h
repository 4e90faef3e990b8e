// The filter: makes a JSON record of each log event, except for those that options leave out.
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
  LogGroups log_groups;  // whose events to keep
};

struct LambdaFilterCounters {
  int64_t records = 0;         // all input records; each counts in exactly one of the fields below
  int64_t system_lines = 0;    // START, END, REPORT and similar lines
  int64_t passed_through = 0;  // JSON objects
  int64_t wrapped = 0;         // neither of these
  int64_t dropped = 0;         // left out because of their event type
  int64_t excluded = 0;        // left out because of their log group
};

// A filter that reuses its buffers from batch to batch.
class LambdaFilter {
 public:
  explicit LambdaFilter(const LambdaFilterOptions& options);

  // Emits the batch as JSON records (PENSTOCK_RECORD_JSON) in the same order, with the same id, time and key.
  // Emits pieces of about 64 KiB of output, so that memory stays bounded, and nothing if all records are left out.
  // If emit returns a value below 0, stops and returns it.
  int32_t apply(const penstock_batch& batch, penstock_emit_fn emit, void* emit_ctx);

  const LambdaFilterCounters& counters() const { return counters_; }

 private:
  void append(const penstock_batch& batch, uint64_t index);
  int32_t emit_piece(const penstock_batch& batch, penstock_emit_fn emit, void* emit_ctx);

  LogGroups log_groups_;
  RecordWriter writer_;
  LambdaFilterCounters counters_;
  TextBuffer text_;                       // of the piece's records, concatenated
  std::vector<penstock_record> records_;  // of the piece; emit_piece() sets the addresses of their bodies
};

}  // namespace penstock::logs
