// The line that tells how a run is going, from the stages' own counters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/pipeline/pipeline.h"

namespace penstock::host {

// What all inputs and all outputs say together. Counters since the start, gauges as they are.
struct Totals {
  int64_t source_records = 0;      // records_in of inputs
  int64_t events = 0;              // events_out of inputs
  int64_t bytes_in = 0;            // bytes_in of inputs
  int64_t lag_ms = -1;             // lag_ms of inputs: the largest; -1: none tells it
  int64_t oldest_unacked_ms = -1;  // oldest_unacked_ms of inputs: the largest; -1: none tells it
  int64_t records_out = 0;         // records_out of outputs, records_in of those that have none
  int64_t bytes_out = 0;           // bytes_out of outputs
  int64_t in_flight_bytes = 0;     // bytes_in_flight of outputs
  int64_t retries = 0;             // of all stages
  int64_t failures = 0;            // of all stages
};

Totals read_totals(Pipeline& pipeline);

// "in 1200 records, 45000 events (4500/s), 10.2 MB; out ...; lag 3200 ms; oldest unacknowledged 4500 ms; ..."
// elapsed_ms: since before.
std::string format_progress(const Totals& now, const Totals& before, int64_t elapsed_ms, size_t batches_in_flight);

class ProgressReport {
 public:
  explicit ProgressReport(Pipeline& pipeline);  // must outlive it

  // Rates are since the last line.
  std::string line(int64_t now_ms);
  // Rates are since the start.
  std::string summary(int64_t now_ms) const;

 private:
  Pipeline& pipeline_;
  Totals before_;
  int64_t start_ms_;
  int64_t before_ms_;
};

}  // namespace penstock::host
