// The writer at the limits of its stream's shards.
#include <string>
#include <vector>

#include "tests/sim/writer_fixture.h"

namespace penstock::sim {
namespace {

// Keeps a writer full for that long, and returns the records that the stream has accepted in that time.
int64_t saturate(WriterSim& sim, int64_t ms) {
  const int64_t before = sim.writer().counters().delivered_records;
  for (const int64_t until_ms = sim.clock.monotonic_ms() + ms; sim.clock.monotonic_ms() < until_ms;) {
    for (int i = 0; !sim.writer().full(); ++i) {
      std::vector<KeyedRecord> records(100, {"", std::string(2'000, 'x')});
      for (KeyedRecord& record : records) record.key = std::to_string(sim.sim.random().next());
      sim.write(records);
    }
    sim.run_for(10);
  }
  return sim.writer().counters().delivered_records - before;
}

kinesis::Writer::Options options() { return {.stream = {}, .mem_limit_bytes = 8 << 20}; }

constexpr int64_t kPerSecond = (1 << 20) / 2'020;  // records of 2,000 bytes and a key

TEST(writer_limits, a_saturated_shard_is_used_fully_and_rejects_nothing_once_it_is_known) {
  WriterSim sim(2, options());
  sim.sim.transport().set_latency_ms(10, 30);
  saturate(sim, 5'000);
  const uint64_t rejected = sim.service.stats().records_rejected_by_limits;
  EXPECT_GT(rejected, 0u) << "the shards must have limits";
  EXPECT_GT(saturate(sim, 10'000), 2 * kPerSecond * 97 / 10);
  EXPECT_LT(sim.service.stats().records_rejected_by_limits - rejected, 2u * kPerSecond * 3 / 10);
}

TEST(writer_limits, random_rejections_for_the_rate_lower_no_limit) {
  WriterSim sim(2, options());
  sim.service.faults().set_rates({.internal_failure = 0.05, .reject_records = 0.2});
  saturate(sim, 5'000);
  EXPECT_GT(saturate(sim, 10'000), 2 * kPerSecond * 60 / 10);
}

TEST(writer_limits, the_shards_after_a_split_get_what_they_accept) {
  WriterSim sim(1, options());
  EXPECT_LT(saturate(sim, 10'000), 12 * kPerSecond);
  model::Stream& stream = *sim.service.stream("out");
  stream.split(stream.shards().front(), model::HashKey{1} << 127, sim.clock.unix_ms());
  saturate(sim, 10'000);
  EXPECT_GT(saturate(sim, 10'000), 2 * kPerSecond * 95 / 10);
}

}  // namespace
}  // namespace penstock::sim
