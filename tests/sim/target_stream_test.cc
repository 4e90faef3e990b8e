// What an output learns and logs about the stream that it writes to.
#include "core/kinesis/output/target_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/kinesis/put_records.h"
#include "tests/sim/sim_client.h"
#include "tests/sim/sim_env.h"

namespace penstock::sim {
namespace {

class target_stream : public testing::Test {
 protected:
  void run_for(int64_t ms) {
    const int64_t until_ms = clock.monotonic_ms() + ms;
    for (;;) {
      target.advance();
      sim.transport().drive(clock.monotonic_ms());
      const int64_t next_ms = std::min(target.next_deadline_ms(), sim.transport().next_deadline_ms());
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
  LogThrottle throttle{sim.env()};
  aws::ServiceCall call = [this](std::string_view operation, std::string body, size_t most,
                                 aws::ServiceClient::Done done) {
    client.call(operation, std::move(body), most, std::move(done));
  };
  kinesis::TargetStream target{sim.env(), throttle, call, "out", kinesis::kMaxRecordBytes};
};

TEST_F(target_stream, that_the_stream_exists_is_logged_once) {
  service.create_stream("out", 3);
  run_for(600'000);
  EXPECT_EQ(count(LogLevel::info, "output: stream out exists (status ACTIVE, open shards: 3)"), 1);
  EXPECT_EQ(count(LogLevel::info, "stream out"), 1);
  EXPECT_EQ(count(LogLevel::warn, "") + count(LogLevel::error, ""), 0);
  EXPECT_EQ(calls(), 4U) << "at the start, and every three minutes";
}

TEST_F(target_stream, a_missing_stream_is_logged_at_once_and_also_its_creation) {
  run_for(100);
  EXPECT_EQ(count(LogLevel::error, "stream out does not exist in this account and region"), 1);
  run_for(60'000);
  EXPECT_LE(calls(), 3U);
  service.create_stream("out", 1);
  run_for(60'000);
  EXPECT_EQ(count(LogLevel::info, "output: stream out exists"), 1);
}

TEST_F(target_stream, a_stream_is_described_once_if_permission_is_denied) {
  service.create_stream("out", 1);
  service.faults().next_calls("DescribeStreamSummary", model::error_fault({400, "AccessDeniedException", "no"}),
                              9);
  run_for(600'000);
  EXPECT_EQ(count(LogLevel::info, "AccessDeniedException"), 1);
  EXPECT_EQ(calls(), 1U);
}

TEST_F(target_stream, a_stream_is_described_again_after_other_errors) {
  service.create_stream("out", 1);
  const std::string page = "<html>Forbidden</html>";
  service.faults().next_calls("DescribeStreamSummary", model::error_fault({500, "InternalFailure", "no"}));
  service.faults().next_calls("DescribeStreamSummary",
                              model::reply_fault({.status = 200, .headers = {}, .body = page}));
  service.faults().next_calls("DescribeStreamSummary", model::close_before());
  run_for(600'000);
  EXPECT_GE(count(LogLevel::warn, "output: cannot describe stream out, retrying: "), 1);
  EXPECT_EQ(count(LogLevel::info, "output: stream out exists"), 1);
  EXPECT_EQ(calls(), 7U) << "three failures, then every three minutes";
}

TEST_F(target_stream, a_change_of_the_strategy_is_noticed_within_three_minutes_and_back_within_one) {
  service.create_stream("out", 2, model::CapacityMode::on_demand);
  run_for(1000);
  EXPECT_EQ(target.distribution(), kinesis::RecordDistribution::by_key);
  service.stream("out")->set_distribution(model::Distribution::automatic);
  run_for(kinesis::TargetStream::kRefreshMs);
  EXPECT_EQ(target.distribution(), kinesis::RecordDistribution::by_service);
  service.stream("out")->set_distribution(model::Distribution::user_partition_key);
  run_for(kinesis::TargetStream::kByServiceRefreshMs + 1000);
  EXPECT_EQ(target.distribution(), kinesis::RecordDistribution::by_key);
}

TEST_F(target_stream, a_record_in_an_unexpected_shard_outweighs_the_description_for_a_minute) {
  service.create_stream("out", 2, model::CapacityMode::on_demand);
  run_for(1000);
  const uint64_t version = target.version();
  target.on_unexpected_shard();
  EXPECT_GT(target.version(), version);
  run_for(kinesis::TargetStream::kByServiceRefreshMs - 1000);
  EXPECT_EQ(target.distribution(), kinesis::RecordDistribution::by_service);
  EXPECT_EQ(calls(), 1U);
  run_for(2000);
  EXPECT_EQ(target.distribution(), kinesis::RecordDistribution::by_key);
  EXPECT_EQ(calls(), 2U);
}

TEST_F(target_stream,
       without_permission_keys_are_assumed_to_decide_except_for_a_minute_after_an_unexpected_shard) {
  service.create_stream("out", 2, model::CapacityMode::on_demand);
  service.faults().next_calls("DescribeStreamSummary", model::error_fault({400, "AccessDeniedException", "no"}),
                              9);
  EXPECT_EQ(target.distribution(), std::nullopt);
  run_for(1000);
  EXPECT_EQ(target.distribution(), kinesis::RecordDistribution::by_key);
  EXPECT_TRUE(target.is_denied());
  for (int i = 0; i < 2; ++i) {
    target.on_unexpected_shard();
    run_for(kinesis::TargetStream::kByServiceRefreshMs - 1);
    EXPECT_EQ(target.distribution(), kinesis::RecordDistribution::by_service);
    run_for(1);
    EXPECT_EQ(target.distribution(), kinesis::RecordDistribution::by_key);
  }
  EXPECT_EQ(calls(), 1U);
}

}  // namespace
}  // namespace penstock::sim
