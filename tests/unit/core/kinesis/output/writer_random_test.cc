#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/core/kinesis/output/writer_fixture.h"

namespace penstock::kinesis {
namespace {

// The service rejects and loses at random: every record arrives, more than once only if a response was lost.
TEST(writer, random_rejections_lose_nothing_and_only_lost_responses_cause_duplicates) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    WriterFixture fixture(seed % 3 == 0 ? 20'000 : 24 << 20);
    std::mt19937_64 dice(seed);
    fixture.system.random.engine.seed(seed);
    const auto chance = [&dice](unsigned percent) { return dice() % 100 < percent; };
    std::map<std::string, int> arrived, unknown;
    size_t written = 0, settled = 0, batches = 0;
    for (int step = 0; step < 200'000 && (batches < 60 || !fixture.writer.idle()); ++step) {
      if (batches < 60 && !fixture.writer.full() && chance(50)) {
        std::vector<std::string> bodies(dice() % 120);
        for (std::string& body : bodies) body = "record " + std::to_string(written++);
        fixture.write(++batches, bodies);
      }
      if (!fixture.service.calls.empty() && chance(60)) {
        const FakeService::Call call = fixture.service.take(dice() % fixture.service.calls.size());
        const bool performed = !chance(5);
        const bool lost = chance(5);
        std::vector<bool> rejected;
        for (const SentRecord& record : call.records) {
          rejected.push_back(chance(20));
          if (performed && !rejected.back()) {
            ++arrived[record.data];
            if (lost) ++unknown[record.data];
          }
        }
        if (!performed)
          call.done(Status(Code::throttled, "PS0000", "slow down"));
        else if (lost)
          call.done(Status(Code::transient, "PS0000", "timed out"));
        else
          FakeService::respond(call, rejected);
      }
      const int64_t due_ms = fixture.writer.next_deadline_ms();
      if (fixture.service.calls.empty() && due_ms != kNever)
        fixture.pass(std::max<int64_t>(0, due_ms - fixture.system.clock.now_ms));
      else
        fixture.pass(static_cast<int64_t>(dice() % 20));
      settled += fixture.settled().size();
    }
    ASSERT_TRUE(fixture.writer.idle());
    EXPECT_EQ(settled, batches);
    EXPECT_EQ(arrived.size(), written);
    for (const auto& [data, times] : arrived) EXPECT_LE(times, 1 + unknown[data]) << data;
    EXPECT_EQ(fixture.writer.counters().delivered_records, static_cast<int64_t>(written));
    EXPECT_EQ(fixture.writer.counters().in_flight_bytes, 0);
  }
}

}  // namespace
}  // namespace penstock::kinesis
