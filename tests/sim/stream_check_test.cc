// What an output logs at its start about the stream that it writes to.
#include "core/kinesis/output/stream_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/sim/sim_client.h"
#include "tests/sim/sim_env.h"

namespace penstock::sim {
namespace {

class stream_check : public testing::Test {
 protected:
  void run_for(int64_t ms) {
    const int64_t until_ms = clock.monotonic_ms() + ms;
    for (;;) {
      check.advance();
      sim.transport().drive(clock.monotonic_ms());
      const int64_t next_ms = std::min(check.next_deadline_ms(), sim.transport().next_deadline_ms());
      if (next_ms > until_ms) break;
      clock.advance_to(std::max(next_ms, clock.monotonic_ms()));
    }
    clock.advance_to(until_ms);
  }
  int64_t count(LogLevel level, const std::string& text) {
    return std::count_if(sim.log().begin(), sim.log().end(), [&](const LogLine& line) {
      return line.level == level && line.text.find(text) != std::string::npos;
    });
  }
  uint64_t calls() { return service.stats().calls.at("DescribeStreamSummary"); }

  SimClock clock;
  model::Service service{{}, [this] { return clock.unix_ms(); }};
  SimEnv sim{clock, service, 1};
  SimClient client{sim.env()};
  kinesis::StreamCheck check{
      sim.env(),
      [this](std::string_view operation, std::string body, size_t most, aws::ServiceClient::Done done) {
        client.call(operation, std::move(body), most, std::move(done));
      },
      "out"};
};

TEST_F(stream_check, the_stream_check_logs_once_that_the_stream_exists) {
  service.create_stream("out", 3);
  run_for(600'000);
  EXPECT_EQ(count(LogLevel::info, "output: stream out exists (status ACTIVE, open shards: 3)"), 1);
  EXPECT_EQ(count(LogLevel::info, "stream out"), 1);
  EXPECT_EQ(count(LogLevel::warn, "") + count(LogLevel::error, ""), 0);
  EXPECT_EQ(calls(), 1U);
}

TEST_F(stream_check, the_stream_check_reports_a_missing_stream_at_once_and_when_it_is_created) {
  run_for(100);
  EXPECT_EQ(count(LogLevel::error, "stream out does not exist in this account and region"), 1);
  run_for(60'000);
  EXPECT_LE(calls(), 3U);
  service.create_stream("out", 1);
  run_for(60'000);
  EXPECT_EQ(count(LogLevel::info, "output: stream out exists"), 1);
}

TEST_F(stream_check, the_stream_check_ends_if_permission_is_denied) {
  service.create_stream("out", 1);
  service.faults().next_calls("DescribeStreamSummary", model::error_fault({400, "AccessDeniedException", "no"}),
                              9);
  run_for(600'000);
  EXPECT_EQ(count(LogLevel::info, "AccessDeniedException"), 1);
  EXPECT_EQ(calls(), 1U);
}

TEST_F(stream_check, the_stream_check_is_repeated_after_other_errors) {
  service.create_stream("out", 1);
  const std::string page = "<html>Forbidden</html>";
  service.faults().next_calls("DescribeStreamSummary", model::error_fault({500, "InternalFailure", "no"}));
  service.faults().next_calls("DescribeStreamSummary",
                              model::reply_fault({.status = 200, .headers = {}, .body = page}));
  service.faults().next_calls("DescribeStreamSummary", model::close_before());
  run_for(600'000);
  EXPECT_GE(count(LogLevel::warn, "output: cannot check whether stream out exists, retrying: "), 1);
  EXPECT_EQ(count(LogLevel::info, "output: stream out exists"), 1);
  EXPECT_EQ(calls(), 4U);
}

}  // namespace
}  // namespace penstock::sim
