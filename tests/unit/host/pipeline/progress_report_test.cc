#include "host/pipeline/progress_report.h"

#include <gtest/gtest.h>

namespace penstock::host {
namespace {

TEST(progress, a_progress_line_shows_totals_rates_lag_and_trouble) {
  Totals before;
  before.events = 1000;
  before.records_out = 900;
  Totals now;
  now.source_records = 120;
  now.events = 46000;
  now.bytes_in = 10'200'000;
  now.lag_ms = 3200;
  now.oldest_unacked_ms = 4500;
  now.records_out = 45900;
  now.bytes_out = 9'100'000;
  now.in_flight_bytes = 50'000;
  now.retries = 4;
  now.dead_letters = 1;
  EXPECT_EQ(format_progress(now, before, 10'000, 2),
            "in 120 records, 46000 events (4500/s), 10.2 MB; out 45900 records (4500/s), 9.1 MB; lag 3200 ms; "
            "oldest unacknowledged 4500 ms; in flight 2 batches, 50.0 kB; retries 4, dead letters 1");
}

TEST(progress, one_batch_in_flight_is_a_batch) {
  EXPECT_NE(format_progress({}, {}, 0, 1).find("; in flight 1 batch, 0 B"), std::string::npos);
}

TEST(progress, progress_omits_a_lag_that_no_input_reports) {
  EXPECT_EQ(
      format_progress({}, {}, 0, 0),
      "in 0 records, 0 events, 0 B; out 0 records, 0 B; in flight 0 batches, 0 B; retries 0, dead letters 0");
}

}  // namespace
}  // namespace penstock::host
