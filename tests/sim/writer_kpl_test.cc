// The writer with aggregate kpl against the model, while shards are split and merged. The readers behave like KCL:
// they drop an aggregated record if one of its user records is outside their shard.
#include <map>
#include <random>
#include <vector>

#include "core/kinesis/kpl_record.h"
#include "tests/sim/writer_fixture.h"

namespace penstock::sim {
namespace {

constexpr int64_t kHourMs = 3'600'000;

kinesis::Writer::Options options(bool order_per_key = false, bool random_hash_keys = false) {
  return {.stream = {},
          .mem_limit_bytes = 24 << 20,
          .calls = {.order_per_key = order_per_key,
                    .aggregator = {.aggregate = kinesis::Aggregator::Aggregate::kpl,
                                   .random_hash_keys = random_hash_keys}}};
}

struct Read {
  std::map<std::string, std::vector<int>> numbers;  // of each key, in the stream's order
  size_t aggregates = 0, user_records = 0;          // of these, the ones that readers keep
  size_t dropped = 0;                               // user records
};

Read read_as_kcl(WriterSim& sim) {
  Read read;
  kinesis::KplRecord reader;
  sim.each([&](const model::Shard& shard, const model::Record& record) {
    if (!reader.open(record.data)) {
      read.numbers[record.partition_key].push_back(std::stoi(record.data));
      return;
    }
    std::vector<kinesis::KplUserRecord> user_records(reader.size());
    bool kept = true;
    for (kinesis::KplUserRecord& one : user_records) {
      EXPECT_TRUE(reader.next(one));
      const auto key = kinesis::effective_hash_key(one);
      kept = kept && key && shard.first <= *key && *key <= shard.last;
    }
    if (!kept) {
      read.dropped += user_records.size();
      return;
    }
    ++read.aggregates;
    read.user_records += user_records.size();
    for (const kinesis::KplUserRecord& one : user_records)
      read.numbers[std::string(one.partition_key)].push_back(std::stoi(std::string(one.data)));
  });
  return read;
}

std::vector<int> first_occurrences(const std::vector<int>& numbers) {
  std::vector<int> firsts;
  for (const int number : numbers)
    if (std::find(firsts.begin(), firsts.end(), number) == firsts.end()) firsts.push_back(number);
  return firsts;
}

// Splits a random shard in two, or merges two adjacent ones.
void reshard(WriterSim& sim, std::mt19937_64& dice) {
  model::Stream& stream = *sim.service.stream("out");
  std::map<model::HashKey, model::Shard*> open;
  for (model::Shard& shard : stream.shards())
    if (!shard.closed()) open[shard.first] = &shard;
  auto chosen = std::next(open.begin(), static_cast<std::ptrdiff_t>(dice() % open.size()));
  model::Shard& shard = *chosen->second;
  if (++chosen != open.end() && dice() % 2 == 0)
    stream.merge(shard, *chosen->second, sim.clock.unix_ms());
  else
    stream.split(shard, shard.first + (shard.last - shard.first) / (2 + dice() % 3) + 1, sim.clock.unix_ms());
}

std::map<std::string, int> write_while_resharding(WriterSim& sim, uint64_t seed) {
  std::mt19937_64 dice(seed);
  std::map<std::string, int> written;
  for (int batch = 0; batch < 60; ++batch) {
    if (batch % 8 == 7) reshard(sim, dice);
    std::vector<KeyedRecord> records(dice() % 80);
    for (KeyedRecord& record : records) {
      record.key = "key-" + std::to_string(dice() % 40);
      record.data = std::to_string(written[record.key]++);
    }
    sim.write(records);
    sim.run_for(static_cast<int64_t>(dice() % 400));
    if (batch % 8 == 7) sim.run_for(static_cast<int64_t>(dice() % 10'000));
  }
  sim.run_for(kHourMs);
  EXPECT_TRUE(sim.writer().idle());
  EXPECT_EQ(sim.settled(PENSTOCK_DELIVERED), 60U);
  return written;
}

void expect_all_read(const Read& read, const std::map<std::string, int>& written) {
  ASSERT_EQ(read.numbers.size(), written.size());
  for (const auto& [key, numbers] : read.numbers)
    EXPECT_EQ(first_occurrences(numbers).size(), static_cast<size_t>(written.at(key))) << key;
}

constexpr model::FaultRates kFaults = {
    .throttle = 0.05, .internal_failure = 0.05, .close = 0.05, .lose_response = 0.1, .reject_records = 0.25};

TEST(writer_kpl, every_aggregated_record_is_readable_in_its_shard_despite_reshards) {
  size_t dropped = 0;
  size_t aggregates = 0;
  size_t user_records = 0;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    WriterSim sim(4, options(), seed);
    if (seed % 2 == 0) sim.service.faults().set_rates(kFaults);
    const auto written = write_while_resharding(sim, seed);
    const Read read = read_as_kcl(sim);
    expect_all_read(read, written);
    EXPECT_LE(read.dropped, static_cast<size_t>(sim.writer().counters().misrouted_records) +
                                sim.service.stats().lost_response_records * 100);
    dropped += read.dropped;
    aggregates += read.aggregates;
    user_records += read.user_records;
  }
  EXPECT_GT(dropped, 0U) << "otherwise the test proves nothing";
  EXPECT_GT(user_records, 3 * aggregates);
}

TEST(writer_kpl, duplicates_come_only_from_reshards_and_lost_responses) {
  WriterSim quiet(4, options());
  quiet.service.faults().set_rates({.reject_records = 0.25});
  std::vector<KeyedRecord> records;
  records.reserve(5'000);
  for (int i = 0; i < 5'000; ++i) records.push_back({std::to_string(i % 97), std::to_string(i)});
  quiet.write(records);
  quiet.run_for(kHourMs);
  size_t read = 0;
  for (const auto& [key, numbers] : read_as_kcl(quiet).numbers) read += numbers.size();
  EXPECT_EQ(read, 5'000U);
  EXPECT_EQ(quiet.writer().counters().misrouted_records, 0);

  WriterSim split(4, options(), 3);
  write_while_resharding(split, 3);
  size_t twice = 0;
  for (const auto& [key, numbers] : read_as_kcl(split).numbers)
    twice += numbers.size() - first_occurrences(numbers).size();
  EXPECT_LE(static_cast<int64_t>(twice), split.writer().counters().misrouted_records);
}

TEST(writer_kpl, kpl_ordering_per_key_keeps_first_occurrences_in_order_across_reshards_and_faults) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    WriterSim sim(4, options(true), seed);
    sim.service.faults().set_rates(kFaults);
    const auto written = write_while_resharding(sim, seed);
    const Read read = read_as_kcl(sim);
    expect_all_read(read, written);
    for (const auto& [key, numbers] : read.numbers) {
      const std::vector<int> firsts = first_occurrences(numbers);
      EXPECT_TRUE(std::is_sorted(firsts.begin(), firsts.end())) << key;
    }
  }
}

TEST(writer_kpl, random_hash_keys_are_valid_in_any_shard_and_need_no_shard_list) {
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    WriterSim sim(4, options(false, true), seed);
    sim.service.faults().set_rates({.lose_response = 0.1, .reject_records = 0.25});
    sim.service.faults().next_calls("ListShards", model::error_fault({400, "AccessDeniedException", "no"}), 1'000);
    const auto written = write_while_resharding(sim, seed);
    const Read read = read_as_kcl(sim);
    expect_all_read(read, written);
    EXPECT_EQ(read.dropped, 0U);
    EXPECT_GT(read.user_records, 10 * read.aggregates);
  }
}

TEST(writer_kpl, every_aggregated_record_is_readable_if_listing_shards_is_denied) {
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    WriterSim sim(4, options(), seed);
    sim.service.faults().set_rates({.lose_response = 0.1, .reject_records = 0.25});
    sim.service.faults().next_calls("ListShards", model::error_fault({400, "AccessDeniedException", "no"}), 1'000);
    const auto written = write_while_resharding(sim, seed);
    const Read read = read_as_kcl(sim);
    expect_all_read(read, written);
    EXPECT_EQ(read.dropped, 0U);
  }
}

}  // namespace
}  // namespace penstock::sim
