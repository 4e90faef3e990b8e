// The writer on streams whose records the service distributes (record distribution strategy AUTO), and while the
// strategy changes. The readers behave like KCL: they drop an aggregated record if one of its user records is
// outside their shard.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/kinesis/kpl_record.h"
#include "tests/sim/writer_fixture.h"

namespace penstock::sim {
namespace {

using kinesis::TargetStream;

constexpr int64_t kMinuteMs = 60'000;

kinesis::Writer::Options options(kinesis::Aggregator::Options aggregator, bool order_per_key = false) {
  return {.stream = {},
          .mem_limit_bytes = 24 << 20,
          .calls = {.order_per_key = order_per_key, .aggregator = aggregator}};
}

constexpr kinesis::Aggregator::Options kKpl = {.aggregate = kinesis::Aggregator::Aggregate::kpl};
constexpr kinesis::Aggregator::Options kKplAtRandom = {.aggregate = kinesis::Aggregator::Aggregate::kpl,
                                                       .random_hash_keys = true};
constexpr kinesis::Aggregator::Options kAtRandom = {.random_hash_keys = true};

struct DistributionSim : WriterSim {
  DistributionSim(model::Distribution distribution, kinesis::Writer::Options writer_options)
      : WriterSim(4, std::move(writer_options)) {
    service.delete_stream("out");
    service.create_stream("out", 4, model::CapacityMode::on_demand);
    set(distribution);
  }
  void set(model::Distribution distribution) { service.stream("out")->set_distribution(distribution); }
  void set_auto() { set(model::Distribution::automatic); }
  void set_by_key() { set(model::Distribution::user_partition_key); }
  void deny_description() {
    service.faults().next_calls("DescribeStreamSummary", model::error_fault({400, "AccessDeniedException", "no"}),
                                1000);
  }
  // Writes a batch of records with some keys, and lets them be sent.
  void write_some(int records = 100, int64_t ms = 1000) {
    std::vector<KeyedRecord> keyed;
    for (int i = 0; i < records; ++i, ++written)
      keyed.push_back({"key" + std::to_string(i % 7), std::to_string(written)});
    write(keyed);
    run_for(ms);
  }
  // Lets time pass although nothing is outstanding.
  void wait(int64_t ms) {
    for (const int64_t until_ms = clock.monotonic_ms() + ms; clock.monotonic_ms() < until_ms;) {
      clock.advance_to(std::min({until_ms, std::max(clock.monotonic_ms() + 1, writer().next_deadline_ms()),
                                 std::max(clock.monotonic_ms() + 1, sim.transport().next_deadline_ms())}));
      run_for(0);
    }
  }

  struct Read {
    std::set<int> numbers;
    size_t aggregates = 0;  // including dropped ones
    size_t dropped = 0;
  };
  Read read_as_kcl() {
    Read read;
    kinesis::KplRecord reader;
    each([&](const model::Shard& shard, const model::Record& record) {
      if (!reader.open(record.data)) {
        read.numbers.insert(std::stoi(record.data));
        return;
      }
      ++read.aggregates;
      std::vector<int> numbers;
      bool kept = true;
      for (kinesis::KplUserRecord one; reader.next(one);) {
        const kinesis::HashKey key = *kinesis::effective_hash_key(one);
        kept = kept && shard.first <= key && key <= shard.last;
        numbers.push_back(std::stoi(std::string(one.data)));
      }
      if (kept)
        read.numbers.insert(numbers.begin(), numbers.end());
      else
        ++read.dropped;
    });
    return read;
  }
  void expect_all_read() {
    EXPECT_TRUE(writer().idle());
    EXPECT_EQ(read_as_kcl().numbers.size(), static_cast<size_t>(written));
  }
  uint64_t puts() {
    return service.stats().calls.contains("PutRecords") ? service.stats().calls.at("PutRecords") : 0;
  }
  int64_t count(LogLevel level, const std::string& text) {
    return std::count_if(sim.log().begin(), sim.log().end(), [&](const LogLine& line) {
      return line.level == level && line.text.find(text) != std::string::npos;
    });
  }

  int written = 0;
};

TEST(writer_distribution, with_aggregate_kpl_records_for_a_service_managed_stream_are_sent_unaggregated) {
  DistributionSim sim(model::Distribution::automatic, options(kKpl));
  sim.write_some();
  sim.expect_all_read();
  EXPECT_EQ(sim.read_as_kcl().aggregates, 0U);
  EXPECT_EQ(sim.puts(), 1U);
  EXPECT_EQ(sim.count(LogLevel::warn, "PS0410: stream out has the record distribution strategy AUTO"), 1);
  sim.wait(10 * kMinuteMs);
  EXPECT_EQ(sim.count(LogLevel::warn, "PS0410"), 1) << "not again without a change";
  EXPECT_EQ(sim.writer().counters().healthy, 1);
}

TEST(writer_distribution, with_aggregate_kpl_nothing_is_lost_or_sent_in_a_loop_after_a_switch_to_auto) {
  DistributionSim sim(model::Distribution::user_partition_key, options(kKpl));
  sim.write_some();
  EXPECT_GT(sim.read_as_kcl().aggregates, 0U);
  sim.set_auto();
  const uint64_t puts = sim.puts();
  sim.write_some();
  sim.expect_all_read();
  EXPECT_LE(sim.puts() - puts, 5U);
  EXPECT_GT(sim.writer().counters().misrouted_records, 0);
  const size_t aggregates = sim.read_as_kcl().aggregates;
  sim.write_some();
  EXPECT_EQ(sim.read_as_kcl().aggregates, aggregates) << "the strategy is known from the misplaced records";
  sim.expect_all_read();
}

TEST(writer_distribution, aggregate_kpl_aggregates_again_after_a_switch_back) {
  DistributionSim sim(model::Distribution::automatic, options(kKpl));
  sim.write_some();
  sim.set_by_key();
  sim.wait(TargetStream::kByServiceRefreshMs + 1000);
  EXPECT_EQ(sim.count(LogLevel::info, "strategy is USER_PARTITION_KEY again"), 1);
  sim.write_some();
  sim.expect_all_read();
  EXPECT_GT(sim.read_as_kcl().aggregates, 0U);
  EXPECT_EQ(sim.read_as_kcl().dropped, 0U);
}

TEST(writer_distribution, no_aggregate_is_accepted_from_a_shard_that_is_not_in_the_list) {
  DistributionSim sim(model::Distribution::user_partition_key, options(kKpl));
  sim.write_some();
  model::Stream& stream = *sim.service.stream("out");
  for (int i = 0; i < 4; ++i) {
    model::Shard& shard = stream.shards()[static_cast<size_t>(i)];
    stream.split(shard, shard.first + (shard.last - shard.first) / 2, sim.clock.unix_ms());
  }
  sim.set_auto();
  sim.write_some(100, kMinuteMs);
  sim.expect_all_read();
  EXPECT_LE(sim.puts(), 10U);
}

TEST(writer_distribution, rejected_aggregates_are_sent_as_single_records_after_a_switch_to_auto) {
  DistributionSim sim(model::Distribution::user_partition_key, options(kKpl));
  sim.service.faults().set_rates({.reject_records = 1});
  sim.write_some(100, 10'000);
  sim.set_auto();
  sim.wait(TargetStream::kRefreshMs);
  sim.service.faults().set_rates({});
  sim.run_for(kMinuteMs);
  sim.expect_all_read();
  EXPECT_EQ(sim.read_as_kcl().aggregates, 0U);
}

TEST(writer_distribution, nothing_is_lost_without_permission_to_describe_the_stream) {
  for (const auto& aggregator : {kKpl, kKplAtRandom}) {
    DistributionSim sim(model::Distribution::automatic, options(aggregator));
    sim.deny_description();
    for (int minute = 0; minute < 5; ++minute) {
      sim.write_some(100, 2 * kMinuteMs);
      sim.wait(kMinuteMs / 2);
    }
    sim.run_for(10 * kMinuteMs);
    sim.expect_all_read();
    EXPECT_LE(sim.puts(), 30U);
    EXPECT_EQ(sim.count(LogLevel::warn, "PS0412"), 1);
  }
}

TEST(writer_distribution, nothing_is_aggregated_if_neither_the_strategy_nor_the_shards_can_be_known) {
  DistributionSim sim(model::Distribution::automatic, options(kKpl));
  sim.deny_description();
  sim.service.faults().next_calls("ListShards", model::error_fault({400, "AccessDeniedException", "no"}), 1000);
  sim.write_some();
  sim.expect_all_read();
  EXPECT_EQ(sim.read_as_kcl().aggregates, 0U);
}

TEST(writer_distribution, without_aggregation_or_order_auto_changes_nothing_and_nothing_is_logged) {
  DistributionSim sim(model::Distribution::automatic, options({}));
  sim.write_some();
  sim.expect_all_read();
  EXPECT_EQ(sim.count(LogLevel::warn, "") + sim.count(LogLevel::error, ""), 0);
  EXPECT_EQ(sim.writer().counters().healthy, 1);
}

TEST(writer_distribution, a_throttled_service_managed_stream_has_no_budgets_for_shards_of_keys) {
  DistributionSim sim(model::Distribution::automatic, options({}));
  std::vector<KeyedRecord> keyed(8000, {"one key", "0"});
  sim.write(keyed);
  const int64_t start_ms = sim.clock.monotonic_ms();
  sim.run_for(kMinuteMs);
  EXPECT_TRUE(sim.writer().idle());
  EXPECT_LE(sim.clock.monotonic_ms() - start_ms, 6000) << "4 shards accept 4,000 records a second, one 1,000";
  EXPECT_GT(sim.writer().counters().rejected_records, 0) << "otherwise the test proves nothing";
}

class writer_that_needs_keys : public testing::TestWithParam<bool> {
 protected:
  // true: ordering per_key; false: explicit_hash_key random.
  static kinesis::Writer::Options with_keys() { return GetParam() ? options({}, true) : options(kAtRandom); }
  static std::string option() { return GetParam() ? "ordering per_key" : "explicit_hash_key random"; }
};

TEST_P(writer_that_needs_keys, sends_nothing_to_a_service_managed_stream_and_says_why) {
  DistributionSim sim(model::Distribution::automatic, with_keys());
  EXPECT_EQ(sim.writer().counters().healthy, 1);
  sim.write_some(100, 10 * kMinuteMs);
  EXPECT_EQ(sim.puts(), 0U);
  EXPECT_EQ(sim.writer().counters().healthy, 0);
  EXPECT_EQ(sim.writer().counters().queued_records, 100);
  EXPECT_GE(sim.count(LogLevel::error,
                      "PS0411: stream out has the record distribution strategy AUTO, which ignores "
                      "keys, but " +
                          option() + " needs them"),
            5)
      << "it is an error that lasts";
  sim.set_by_key();
  sim.run_for(TargetStream::kByServiceRefreshMs + 1000);
  sim.expect_all_read();
  EXPECT_EQ(sim.writer().counters().healthy, 1);
  EXPECT_EQ(sim.count(LogLevel::info, "strategy is USER_PARTITION_KEY again"), 1);
}

TEST_P(writer_that_needs_keys, stops_after_a_switch_to_auto_and_resumes_after_a_switch_back) {
  DistributionSim sim(model::Distribution::user_partition_key, with_keys());
  sim.write_some();
  sim.expect_all_read();
  sim.set_auto();
  sim.wait(TargetStream::kRefreshMs);
  EXPECT_EQ(sim.writer().counters().healthy, 0) << "also while nothing is outstanding";
  const uint64_t puts = sim.puts();
  sim.write_some(100, 10 * kMinuteMs);
  EXPECT_EQ(sim.puts(), puts);
  sim.set_by_key();
  sim.run_for(2 * kMinuteMs);
  sim.expect_all_read();
}

TEST_P(writer_that_needs_keys, keeps_what_is_in_flight_at_the_switch) {
  DistributionSim sim(model::Distribution::user_partition_key, with_keys());
  sim.wait(TargetStream::kRefreshMs - 3000);
  sim.service.faults().next_calls("PutRecords", model::delay(5000));
  sim.write_some(1, 300);
  EXPECT_EQ(sim.puts(), 1U);
  sim.set_auto();
  sim.run_for(4000);
  EXPECT_EQ(sim.settled(PENSTOCK_DELIVERED), 0U);
  EXPECT_EQ(sim.writer().counters().healthy, 0);
  sim.run_for(10'000);
  EXPECT_EQ(sim.settled(PENSTOCK_DELIVERED), 1U);
}

TEST_P(writer_that_needs_keys, sends_nothing_before_the_strategy_is_known) {
  DistributionSim sim(model::Distribution::user_partition_key, with_keys());
  sim.service.faults().next_calls("DescribeStreamSummary", model::internal_failure(), 5);
  sim.write_some(100, 100);
  EXPECT_EQ(sim.puts(), 0U);
  EXPECT_EQ(sim.writer().counters().healthy, 1);
  sim.run_for(kMinuteMs);
  sim.expect_all_read();
}

TEST_P(writer_that_needs_keys, sends_without_permission_to_describe_the_stream_after_a_warning) {
  DistributionSim sim(model::Distribution::user_partition_key, with_keys());
  sim.deny_description();
  sim.write_some();
  sim.expect_all_read();
  EXPECT_EQ(sim.count(LogLevel::warn, "PS0412"), 1);
}

INSTANTIATE_TEST_SUITE_P(option, writer_that_needs_keys, testing::Bool(), [](const auto& of) {
  return of.param ? "ordering_per_key" : "explicit_hash_key_random";
});

TEST(writer_distribution, kpl_with_order_per_key_keeps_the_order_across_switches) {
  DistributionSim sim(model::Distribution::user_partition_key, options(kKpl, true));
  for (int round = 0; round < 6; ++round) {
    sim.write_some(100, 30);
    if (round % 2 == 0)
      sim.set_auto();
    else
      sim.set_by_key();
    sim.write_some(100, 4 * kMinuteMs);
  }
  sim.set_by_key();
  sim.run_for(10 * kMinuteMs);
  sim.expect_all_read();
}

}  // namespace
}  // namespace penstock::sim
