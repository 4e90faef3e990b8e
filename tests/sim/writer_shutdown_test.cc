// A writer that is closed at any moment, under faults of every kind.
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/sim/writer_fixture.h"

namespace penstock::sim {
namespace {

constexpr size_t kBatches = 20;
constexpr size_t kBatchRecords = 30;

TEST(writer_shutdown, a_closing_writer_settles_every_batch_once_by_the_deadline_and_correctly) {
  size_t delivered = 0, given_back = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 dice(seed);
    model::Settings settings;
    settings.seed = seed;
    WriterSim sim(3, {.stream = {}, .mem_limit_bytes = 24 << 20}, seed, settings);
    sim.service.faults().set_rates({.throttle = 0.1,
                                    .internal_failure = 0.1,
                                    .close = 0.1,
                                    .lose_response = 0.1,
                                    .truncate = 0.05,
                                    .delay = 0.1,
                                    .delay_ms = 500,
                                    .reject_records = 0.2});
    for (size_t batch = 1; batch <= kBatches; ++batch) {
      std::vector<KeyedRecord> records;
      for (size_t i = 0; i < kBatchRecords; ++i)
        records.push_back({std::to_string(dice()), std::to_string(batch)});
      sim.write(records);
      sim.run_for(static_cast<int64_t>(dice() % 100));
    }
    const int64_t deadline_ms = sim.clock.monotonic_ms() + static_cast<int64_t>(dice() % 1'000) - 100;
    const int64_t min_ms = sim.clock.monotonic_ms();
    sim.close(deadline_ms);
    EXPECT_LE(sim.clock.monotonic_ms(), std::max(deadline_ms, min_ms));
    EXPECT_TRUE(sim.writer().idle());
    EXPECT_EQ(sim.writer().counters().in_flight_bytes, 0);

    std::map<uint64_t, std::map<std::string, int>> stored;  // the keys of each batch
    sim.each([&](const model::Shard&, const model::Record& record) {
      ++stored[std::stoull(record.data)][record.partition_key];
    });
    EXPECT_EQ(sim.outcomes().size(), kBatches);
    for (const auto& [ack_id, outcomes] : sim.outcomes()) {
      ASSERT_EQ(outcomes.size(), 1u) << ack_id;
      if (outcomes[0] == PENSTOCK_DELIVERED) {
        EXPECT_EQ(stored[ack_id].size(), kBatchRecords) << ack_id;
        ++delivered;
      } else {
        EXPECT_EQ(outcomes[0], PENSTOCK_RELEASED);
        ++given_back;
      }
    }
    // Later responses are ignored, and no more calls are made.
    const uint64_t calls = sim.service.stats().calls.at("PutRecords") + sim.sim.transport().calls_under_way();
    sim.clock.advance(60'000);
    sim.run_for(60'000);
    EXPECT_LE(sim.service.stats().calls.at("PutRecords"), calls);
    EXPECT_EQ(sim.outcomes().size(), kBatches);
  }
  EXPECT_GT(delivered, 500u);
  EXPECT_GT(given_back, 100u);
}

}  // namespace
}  // namespace penstock::sim
