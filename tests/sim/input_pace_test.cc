// How fast shards are read, and that no shard delays another.
#include <algorithm>
#include <map>
#include <string>

#include "tests/sim/input_fixture.h"

namespace penstock::sim {
namespace {

TEST_F(input, a_throttled_shard_does_not_slow_others) {
  make_stream(4);
  service.stream("in")->shards()[0].reads_blocked_until_ms = INT64_MAX;
  const auto reader = start();
  reader->run_for(10'000);
  std::map<std::string, int64_t> put_at;
  for (int i = 0; i < 300; ++i) {
    put("a" + std::to_string(i));
    put_at["a" + std::to_string(i)] = clock.monotonic_ms();
    const size_t seen = reader->ids.size();
    reader->run_for(100);
    for (size_t k = seen; k < reader->ids.size(); ++k)
      EXPECT_LE(clock.monotonic_ms() - put_at[reader->ids[k]], 1200) << reader->ids[k];
  }
  EXPECT_GT(service.stats().throttled_calls, 5u);
  EXPECT_LE(service.stats().throttled_calls, 40u) << "it backs off";
  EXPECT_GT(reader->ids.size(), 150u);
}

TEST_F(input, a_shard_with_hanging_calls_does_not_delay_others) {
  make_stream(2);
  service.faults().next_calls("GetRecords", model::delay(29'000), 1);
  const auto reader = start();
  reader->run_for(100);
  put_many("a", 50);
  reader->run_for(3000);
  EXPECT_GT(reader->ids.size(), 10u);
  EXPECT_LT(reader->ids.size(), 50u);
}

// The size of records is an estimate until some were read.
TEST_F(input, a_shard_with_hanging_calls_does_not_delay_others_with_little_memory) {
  options.mem_limit_bytes = 256 << 10;
  make_stream(2);
  service.faults().next_calls("GetRecords", model::delay(29'000), 1);
  put_many("a", 50);
  const auto reader = start();
  reader->run_for(10'000);
  EXPECT_GT(reader->ids.size(), 10u);
  EXPECT_LT(reader->ids.size(), 50u);
}

TEST_F(input, a_backlog_is_read_without_pauses) {
  make_stream(1);
  options.reading.poll_interval_ms = 60'000;
  options.reading.max_records = 10;
  put_many("a", 100);
  const auto reader = start();
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() == 100; }, 3000));
  EXPECT_GE(service.stats().calls.at("GetRecords"), 10u) << "no more than max_records in a call";
  EXPECT_EQ(service.stats().throttled_calls, 0u);
}

TEST_F(input, a_thousand_idle_shards_are_polled_once_a_second_within_the_memory_limit) {
  make_stream(1000);
  const auto reader = start();
  reader->run_for(30'000);
  EXPECT_EQ(reader->stat("shards"), 1000);
  const uint64_t before = service.stats().calls.at("GetRecords");
  reader->run_for(20'000);
  EXPECT_NEAR(static_cast<double>(service.stats().calls.at("GetRecords") - before), 20'000, 500);
  EXPECT_LE(reader->max_memory, 24 << 20);
  EXPECT_EQ(reader->stat("lag_ms"), 0);
}

TEST_F(input, a_thousand_shards_with_a_backlog_each_get_their_turn) {
  options.mem_limit_bytes = 8 << 20;
  make_stream(1000);
  for (int i = 0; i < 20'000; ++i) service.preload("in", std::to_string(i), message_of(std::to_string(i)));
  const auto reader = start();
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() >= 20'000; }, 10 * kMinuteMs));
  EXPECT_EQ(reader->distinct().size(), 20'000u);
  EXPECT_LE(reader->max_memory, 8 << 20);
}

TEST_F(input, each_shard_reports_its_lag_and_its_last_arrival_time) {
  make_stream(2);
  options.reading.max_records = 1;
  for (int i = 0; i < 30; ++i) {
    put("a" + std::to_string(i));
    clock.advance(1000);
  }
  model::Shard& slow = service.stream("in")->shards()[1];
  const auto reader = start();
  reader->run([&] { return reader->stat("shard_last_arrival_ms", "in/shardId-000000000001") > 0; });
  slow.reads_blocked_until_ms = INT64_MAX;
  reader->run_for(30'000);
  EXPECT_EQ(reader->stat("shard_lag_ms", "in/shardId-000000000000"), 0);
  const int64_t behind_ms = reader->stat("shard_lag_ms", "in/shardId-000000000001");
  EXPECT_GT(behind_ms, 10'000);
  EXPECT_EQ(reader->stat("lag_ms"), behind_ms) << "the slowest";
  EXPECT_EQ(reader->stat("shard_last_arrival_ms", "in/shardId-000000000000"),
            service.stream("in")->shards()[0].records.back().arrival_ms);
  EXPECT_EQ(reader->stat("shard_last_arrival_ms", "in/shardId-000000000001"), slow.at(0).arrival_ms);
}

TEST_F(input, records_that_grow_after_a_quiet_time_are_read) {
  make_stream(1);
  const auto reader = start();
  put_many("a", 5);
  reader->run_for(20'000);
  for (int i = 0; i < 4; ++i) {
    std::string text = message_of("b" + std::to_string(i));
    text.insert(text.size() - 4, std::string(900'000, 'x'));
    service.preload("in", "k", text);
  }
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() == 9; }, 20'000));
}

}  // namespace
}  // namespace penstock::sim
