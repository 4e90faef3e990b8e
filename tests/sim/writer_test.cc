// The writer against the model: what reaches the stream, and in which order.
#include <map>
#include <random>
#include <sstream>

#include "tests/sim/writer_fixture.h"

namespace penstock::sim {
namespace {

constexpr int64_t kHourMs = 3'600'000;

kinesis::Writer::Options options() { return {.stream = {}, .mem_limit_bytes = 24 << 20}; }

// Returns what arrived under each key, first occurrences only, in the stream's order; the lines of one record
// separately.
std::map<std::string, std::vector<int>> first_occurrences(WriterSim& sim) {
  std::map<std::string, std::vector<int>> numbers;
  sim.each([&](const model::Shard&, const model::Record& record) {
    std::istringstream lines(record.data);
    for (int number = 0; lines >> number;) {
      auto& seen = numbers[record.partition_key];
      if (std::find(seen.begin(), seen.end(), number) == seen.end()) seen.push_back(number);
    }
  });
  return numbers;
}

struct Case {
  const char* name;
  kinesis::Aggregator::Aggregate aggregate;
};

class ordering : public testing::TestWithParam<Case> {};

// Keys that repeat, also several times within a batch, while calls and single records are rejected and responses
// are lost.
TEST_P(ordering, ordering_per_key_keeps_first_occurrences_in_order_under_rejections_and_lost_responses) {
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    kinesis::Writer::Options with = options();
    with.calls.order_per_key = true;
    with.calls.aggregator.aggregate = GetParam().aggregate;
    WriterSim sim(3, std::move(with), seed);
    sim.service.faults().set_rates({.throttle = 0.05,
                                    .internal_failure = 0.05,
                                    .close = 0.05,
                                    .lose_response = 0.1,
                                    .truncate = 0.02,
                                    .reject_records = 0.25});
    std::mt19937_64 dice(seed);
    std::map<std::string, int> written;
    for (int batch = 0; batch < 40; ++batch) {
      std::vector<KeyedRecord> records(dice() % 40);
      for (KeyedRecord& record : records) {
        record.key = "key-" + std::to_string(dice() % 12);
        record.data = std::to_string(written[record.key]++);
      }
      sim.write(records);
      sim.run_for(static_cast<int64_t>(dice() % 300));
    }
    sim.run_for(kHourMs);
    ASSERT_TRUE(sim.writer().idle());
    EXPECT_EQ(sim.settled(PENSTOCK_DELIVERED), 40u);
    const auto arrived = first_occurrences(sim);
    ASSERT_EQ(arrived.size(), written.size());
    for (const auto& [key, numbers] : arrived) {
      EXPECT_EQ(numbers.size(), static_cast<size_t>(written[key])) << key;
      EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end())) << key;
    }
    EXPECT_GT(sim.service.stats().lost_responses, 0u);
    EXPECT_GT(sim.service.stats().records_rejected_by_faults, 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(, ordering,
                         testing::Values(Case{"each_by_itself", kinesis::Aggregator::Aggregate::none},
                                         Case{"newline", kinesis::Aggregator::Aggregate::newline}),
                         [](const auto& one) { return one.param.name; });

TEST(writer_sim, records_of_a_key_wait_until_the_dead_letter_of_an_earlier_one_is_on_disk) {
  kinesis::Writer::Options with = options();
  with.calls.order_per_key = true;
  with.record_retry_limit = 0;
  WriterSim sim(1, std::move(with));
  sim.service.faults().next_calls("PutRecords", model::reject_records(1));
  sim.sim.files().fail_syncs(true);
  sim.write({{"key", "0"}, {"key", "1"}, {"other", "0"}});
  sim.run_for(60'000);
  // After a power cut now, 0 would be sent again, after 1.
  EXPECT_FALSE(first_occurrences(sim).contains("key"));
  sim.sim.files().fail_syncs(false);
  sim.run_for(60'000);
  EXPECT_EQ(first_occurrences(sim)["key"], std::vector<int>{1});
  EXPECT_TRUE(sim.writer().idle());
}

// Proves that the previous test can fail.
TEST(writer_sim, without_ordering_rejections_reorder_a_key) {
  WriterSim sim(1, options());
  sim.service.faults().set_rates({.reject_records = 0.3});
  std::vector<KeyedRecord> records;
  records.reserve(400);
  for (int i = 0; i < 400; ++i) records.push_back({"key", std::to_string(i)});
  sim.write(records);
  sim.run_for(kHourMs);
  const std::vector<int> numbers = first_occurrences(sim)["key"];
  EXPECT_EQ(numbers.size(), 400u);
  EXPECT_FALSE(std::is_sorted(numbers.begin(), numbers.end()));
}

TEST(writer_sim, lost_responses_duplicate_only_their_own_records) {
  WriterSim sim(4, options());
  sim.service.faults().set_rates({.lose_response = 0.1, .reject_records = 0.1});
  std::map<std::string, int> times;
  for (int batch = 0; batch < 60; ++batch) {
    std::vector<KeyedRecord> records;
    for (int i = 0; i < 50; ++i) {
      records.push_back({std::to_string(i), std::to_string(batch * 50 + i)});
      times[records.back().data] = 0;
    }
    sim.write(records);
    sim.run_for(500);
  }
  sim.run_for(kHourMs);
  ASSERT_TRUE(sim.writer().idle());
  uint64_t twice = 0;
  sim.each([&](const model::Shard&, const model::Record& record) {
    if (++times[record.data] > 1) ++twice;
  });
  for (const auto& [data, count] : times) EXPECT_GT(count, 0) << data;
  EXPECT_GT(twice, 0u);
  EXPECT_EQ(twice, sim.service.stats().lost_response_records);
}

TEST(writer_sim, a_stream_that_rejects_everything_for_five_minutes_gets_everything_afterwards) {
  WriterSim sim(4, options());
  sim.service.faults().set_rates({.throttle = 1});
  std::vector<KeyedRecord> records;
  records.reserve(2000);
  for (int i = 0; i < 2000; ++i) records.push_back({std::to_string(i), "x"});
  sim.write(records);
  sim.run_for(300'000);
  EXPECT_EQ(sim.service.stats().records_put, 0u);
  EXPECT_EQ(sim.writer().counters().delivered_records, 0);
  EXPECT_LT(sim.writer().counters().calls, 500) << "calls back off";
  sim.service.faults().set_rates({});
  sim.run_for(30'000);
  EXPECT_TRUE(sim.writer().idle());
  EXPECT_EQ(sim.service.stats().records_put, 2000u);
}

// Returns a key for each shard of a stream of four, the hot shard's first.
std::vector<std::string> key_of_each_shard(WriterSim& sim) {
  std::map<std::string, std::string> keys;
  for (int i = 0; keys.size() < 4; ++i)
    keys.try_emplace(
        sim.service.stream("out")->open_shard_for(model::hash_of_partition_key(std::to_string(i))).id(),
        std::to_string(i));
  std::vector<std::string> list;
  list.reserve(keys.size());
  for (const auto& [shard, key] : keys) list.push_back(key);
  return list;
}

struct HotShard {
  size_t hot = 0, cold = 0;         // that arrived within 15 s
  int64_t slowest_cold_ms = 0;      // from write() to the stream
  int64_t rejected = 0, calls = 0;  // until everything had arrived
};

// Writes 30,000 records for one shard, and 100 records/s for each of three others.
HotShard run_hot_shard(bool shards_may_be_listed) {
  WriterSim sim(4, options());
  if (!shards_may_be_listed)
    sim.service.faults().next_calls("ListShards", model::error_fault({400, "AccessDeniedException", "no"}), 1'000);
  const std::vector<std::string> keys = key_of_each_shard(sim);
  sim.write(std::vector<KeyedRecord>(30'000, {keys[0], "hot"}));
  sim.run_for(5'000);
  const int64_t start_ms = sim.clock.unix_ms();
  for (int second = 0; second < 10; ++second) {
    std::vector<KeyedRecord> cold;
    for (size_t i = 0; i < 300; ++i) cold.push_back({keys[1 + i % 3], "cold"});
    sim.write(cold);
    sim.run_for(1'000);
  }
  HotShard result;
  std::map<std::string, int64_t> cold_of_shard;
  sim.each([&](const model::Shard& shard, const model::Record& record) {
    if (record.data == "hot") {
      ++result.hot;
      return;
    }
    ++result.cold;
    const int64_t written_ms = start_ms + cold_of_shard[shard.id()]++ / 100 * 1'000;
    result.slowest_cold_ms = std::max(result.slowest_cold_ms, record.arrival_ms - written_ms);
  });
  sim.run_for(kHourMs);
  EXPECT_TRUE(sim.writer().idle());
  EXPECT_EQ(sim.service.stats().records_put, 33'000u);
  result.rejected = sim.writer().counters().rejected_records;
  result.calls = sim.writer().counters().calls;
  return result;
}

TEST(writer_sim, a_hot_shard_gets_what_it_accepts_and_slows_no_other) {
  const HotShard known = run_hot_shard(true);
  EXPECT_EQ(known.cold, 3'000u);
  EXPECT_LE(known.slowest_cold_ms, 150);
  EXPECT_GT(known.hot, 12'000u) << "of 15,000 that the shard accepts in that time";
  const HotShard unknown = run_hot_shard(false);
  EXPECT_LT(known.rejected, unknown.rejected / 4);
  EXPECT_LT(known.calls, unknown.calls);
  RecordProperty("refused", std::to_string(known.rejected) + " of " + std::to_string(unknown.rejected));
  RecordProperty("calls", std::to_string(known.calls) + " of " + std::to_string(unknown.calls));
  RecordProperty("slowest",
                 std::to_string(known.slowest_cold_ms) + " of " + std::to_string(unknown.slowest_cold_ms));
}

TEST(writer_sim, a_shard_limit_counts_aggregates_and_not_their_records) {
  kinesis::Writer::Options with = options();
  with.calls.aggregator.aggregate = kinesis::Aggregator::Aggregate::newline;
  WriterSim sim(4, std::move(with));
  const std::string key = key_of_each_shard(sim)[0];
  sim.write(std::vector<KeyedRecord>(30'000, {key, std::string(290, 'x')}));
  sim.run_for(5'000);
  ASSERT_GT(sim.writer().counters().rejected_records, 0) << "the shard must have a limit";
  sim.write(std::vector<KeyedRecord>(20'000, {key, "short"}));
  sim.run_for(10'000);
  EXPECT_TRUE(sim.writer().idle()) << "8.4 MiB take 8.4 s; at 1,000 events a second the short ones alone were 20";
}

TEST(writer_sim, random_hash_keys_spread_one_partition_key_evenly_over_the_shards) {
  kinesis::Writer::Options with = options();
  with.calls.aggregator.random_hash_keys = true;
  WriterSim sim(4, std::move(with));
  std::vector<KeyedRecord> records(2000, {"the same", "x"});
  sim.write(records);
  sim.run_for(kHourMs);
  std::map<std::string, int> by_shard;
  sim.each([&](const model::Shard& shard, const model::Record& record) {
    EXPECT_EQ(record.partition_key, "the same");
    ++by_shard[shard.id()];
  });
  ASSERT_EQ(by_shard.size(), 4u);
  for (const auto& [id, count] : by_shard) EXPECT_NEAR(count, 500, 100) << id;
}

}  // namespace
}  // namespace penstock::sim
