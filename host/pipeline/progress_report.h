// The progress line of a run, from the stages' own counters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/pipeline/pipeline.h"

namespace penstock::host {

// Totals over all inputs and outputs. Counters since the start; gauges are current.
struct Totals {
  int64_t source_records = 0;      // received_records of inputs
  int64_t events = 0;              // emitted_events of inputs
  int64_t bytes_in = 0;            // received_bytes of inputs
  int64_t lag_ms = -1;             // largest lag_ms of inputs; -1: not reported
  int64_t oldest_unacked_ms = -1;  // largest oldest_unacked_ms of inputs; -1: not reported
  int64_t records_out = 0;      // delivered_records of outputs, or received_records of those that do not report it
  int64_t bytes_out = 0;        // delivered_bytes of outputs
  int64_t in_flight_bytes = 0;  // in_flight_bytes of outputs
  int64_t retries = 0;          // of all stages
  int64_t dead_letters = 0;     // dead_letter_records of all stages
};

Totals read_totals(Pipeline& pipeline);

// Formats "in 1200 records, 45000 events (4500/s), 10.2 MB; out ...; lag 3200 ms; oldest unacknowledged 4500 ms;
// ..." elapsed_ms: time since before.
std::string format_progress(const Totals& now, const Totals& before, int64_t elapsed_ms, size_t batches_in_flight);

class ProgressReport {
 public:
  explicit ProgressReport(Pipeline& pipeline);  // pipeline must outlive this

  // Returns a line with rates since the previous line.
  std::string line(int64_t now_ms);
  // Returns a line with rates since the start.
  std::string summary(int64_t now_ms) const;

 private:
  Pipeline& pipeline_;
  Totals before_;
  int64_t start_ms_;
  int64_t before_ms_;
};

}  // namespace penstock::host
