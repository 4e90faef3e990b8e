// A stream that accepts nothing for five minutes and then recovers, while a host writes until the output is full:
// what is kept, what is retried, and how soon everything is delivered.
#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/kinesis/output/circuit_breaker.h"
#include "tests/sim/writer_fixture.h"

namespace penstock::sim {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kOutageMs = 5 * kMinuteMs;
constexpr size_t kMemLimitBytes = 8 << 20;
constexpr int64_t kStepMs = 100;
constexpr size_t kBatchRecords = 100;

kinesis::Writer::Options options() { return {.stream = {}, .mem_limit_bytes = kMemLimitBytes}; }

// A host that writes 1,000 records/s of 200 bytes each to a stream of four shards, and pauses while the output is
// full.
class Host {
 public:
  explicit Host(kinesis::Writer::Options with = options()) : sim(4, std::move(with)) {}

  void run_for(int64_t ms) {
    for (int64_t gone_ms = 0; gone_ms < ms; gone_ms += kStepMs) {
      const int64_t until_ms = sim.clock.monotonic_ms() + kStepMs;
      if (!sim.writer().full()) write();
      sim.run_for(kStepMs);
      sim.clock.advance_to(until_ms);
      max_bytes = std::max(max_bytes, counters().in_flight_bytes);
      was_full = was_full || sim.writer().full();
      least_health = std::min(least_health, counters().healthy);
    }
  }
  // Returns how long it takes until everything that was written is delivered.
  int64_t drain_ms() {
    const int64_t start_ms = sim.clock.monotonic_ms();
    while (!sim.writer().idle() && sim.clock.monotonic_ms() < start_ms + 10 * kMinuteMs) sim.run_for(kStepMs);
    return sim.clock.monotonic_ms() - start_ms;
  }
  kinesis::WriterCounters counters() { return sim.writer().counters(); }
  // Returns the number of lines that are logged by default; each call has one more, for debugging.
  size_t lines_of_log() const {
    const auto is_shown = [](const LogLine& line) { return line.level != LogLevel::debug; };
    return static_cast<size_t>(std::count_if(sim.sim.log().begin(), sim.sim.log().end(), is_shown));
  }
  void expect_each_delivered_once() {
    EXPECT_TRUE(sim.writer().idle());
    EXPECT_EQ(sim.settled(PENSTOCK_DELIVERED), batches);
    EXPECT_EQ(counters().dead_letters, 0);
    std::set<std::string> keys;
    size_t records = 0;
    sim.each([&](const model::Shard&, const model::Record& record) {
      keys.insert(record.partition_key);
      ++records;
    });
    EXPECT_EQ(keys.size(), (batches - batches_deleted) * kBatchRecords);
    EXPECT_EQ(records, keys.size());
  }

  WriterSim sim;
  size_t batches = 0;
  size_t batches_deleted = 0;  // with the stream that had them
  int64_t max_bytes = 0;
  bool was_full = false;
  int64_t least_health = 1;

 private:
  void write() {
    std::vector<KeyedRecord> records;
    for (size_t i = 0; i < kBatchRecords; ++i)
      records.push_back({std::to_string(batches * kBatchRecords + i), std::string(200, 'x')});
    sim.write(records);
    ++batches;
  }
};

struct Kind {
  const char* name;
  void (*begin)(Host&);
  void (*end)(Host&);
  const char* said;
  int64_t drain_ms;  // at most, from the stream's return on
};

void no_more_faults(Host& host) { host.sim.service.faults().set_rates({}); }

class outage : public testing::TestWithParam<Kind> {};

TEST_P(outage, an_outage_of_five_minutes_is_logged_stays_in_memory_makes_few_calls_and_loses_nothing) {
  Host host;
  host.run_for(kMinuteMs);
  host.drain_ms();
  EXPECT_FALSE(host.was_full);
  EXPECT_EQ(host.least_health, 1);
  const int64_t calls_before = host.counters().calls;
  GetParam().begin(host);
  host.run_for(kOutageMs);
  const int64_t calls = host.counters().calls - calls_before;
  RecordProperty("calls", std::to_string(calls));
  EXPECT_LE(calls, 450) << "of 2,500 that a stream without an outage would get";
  EXPECT_TRUE(host.was_full);
  EXPECT_LE(host.max_bytes, static_cast<int64_t>(kMemLimitBytes));
  EXPECT_EQ(host.counters().healthy, 0);
  EXPECT_TRUE(host.sim.sim.logged(GetParam().said));
  EXPECT_TRUE(host.sim.sim.logged("stream out accepts no records; "));
  EXPECT_FALSE(host.sim.sim.logged("stream out accepts records again"));
  EXPECT_LE(host.lines_of_log(), 65u) << "at most two per 10 s";

  GetParam().end(host);
  const int64_t drain_ms = host.drain_ms();
  RecordProperty("drain_ms", std::to_string(drain_ms));
  EXPECT_LE(drain_ms, GetParam().drain_ms);
  EXPECT_EQ(host.counters().healthy, 1);
  EXPECT_TRUE(host.sim.sim.logged("stream out accepts records again"));
  host.expect_each_delivered_once();
}

INSTANTIATE_TEST_SUITE_P(
    , outage,
    testing::Values(
        Kind{"whole_call_throttles", [](Host& host) { host.sim.service.faults().set_rates({.throttle = 1}); },
             no_more_faults, "Rate exceeded", 15'000},
        Kind{"refusals_of_each_record",
             [](Host& host) { host.sim.service.faults().set_rates({.reject_records = 1}); }, no_more_faults,
             "rejects records", 15'000},
        Kind{"refusals_of_each_record_with_shards_unknown",
             [](Host& host) {
               host.sim.service.faults().next_calls(
                   "ListShards", model::error_fault({400, "AccessDeniedException", "no"}), 1'000);
               host.sim.service.faults().set_rates({.reject_records = 1});
             },
             no_more_faults, "rejects records", 15'000},
        Kind{"refused_connections", [](Host& host) { host.sim.service.faults().set_rates({.close = 1}); },
             no_more_faults, "connection was closed", 15'000},
        Kind{"silence",
             [](Host& host) { host.sim.sim.transport().cut_off_until(host.sim.clock.monotonic_ms() + kOutageMs); },
             [](Host&) {}, "timed out", 45'000},
        Kind{"wrong_keys",
             [](Host& host) {
               host.sim.service.set_keys({{"AKIDOTHER", "other"}});
             },
             [](Host& host) { host.sim.service.set_keys({model::AccessKey{}}); }, "UnrecognizedClient", 15'000},
        Kind{"no_permission",
             [](Host& host) {
               host.sim.service.faults().next_calls(
                   "PutRecords", model::error_fault({400, "AccessDeniedException", "no"}), 100'000);
             },
             [](Host& host) { host.sim.service.faults().forget(); }, "AccessDeniedException", 45'000},
        Kind{"a_stream_that_was_deleted",
             [](Host& host) {
               host.sim.service.delete_stream("out");
               host.batches_deleted = host.batches;
             },
             [](Host& host) { host.sim.service.create_stream("out", 4); }, "ResourceNotFound", 45'000}),
    [](const auto& one) { return one.param.name; });

TEST(long_outage, a_long_outage_with_max_record_age_drops_only_what_is_too_old) {
  kinesis::Writer::Options with = options();
  with.calls.max_record_age_ms = 2 * kMinuteMs;
  Host host(std::move(with));
  host.run_for(kMinuteMs);
  host.drain_ms();
  const auto before = static_cast<int64_t>(host.batches * kBatchRecords);
  host.sim.service.faults().set_rates({.throttle = 1});
  host.run_for(kMinuteMs);
  EXPECT_EQ(host.counters().dead_letters, 0);
  host.run_for(4 * kMinuteMs);
  no_more_faults(host);
  host.drain_ms();
  EXPECT_GT(host.counters().dead_letters, 0);
  const auto written = static_cast<int64_t>(host.batches * kBatchRecords);
  EXPECT_EQ(host.counters().delivered_records + host.counters().dead_letters, written);
  EXPECT_GT(host.counters().delivered_records, before) << "the records of its last two minutes";
  const std::string failures = host.sim.sim.files().content("/failures").value_or("");
  EXPECT_EQ(std::count(failures.begin(), failures.end(), '\n'), host.counters().dead_letters);
}

struct Dropping {
  const char* name;
  int64_t record_retry_limit;
  void (*begin)(WriterSim&);
};

class dropped_records : public testing::TestWithParam<Dropping> {};

// With nothing outstanding, no call would notice that the stream accepts records again. The next record written
// does, and its outcome is reported at once.
TEST_P(dropped_records, dropped_records_leave_an_idle_output_healthy_until_the_next_record) {
  kinesis::Writer::Options with = options();
  with.record_retry_limit = GetParam().record_retry_limit;
  WriterSim sim(1, std::move(with));
  GetParam().begin(sim);
  for (size_t batch = 1; batch <= 2; ++batch) {
    sim.write({{"key", "data"}});
    for (int64_t ms = 0; ms < kOutageMs && sim.writer().counters().healthy == 1; ms += kStepMs)
      sim.run_for(kStepMs);
    EXPECT_EQ(sim.writer().counters().healthy, 0);
    EXPECT_FALSE(sim.writer().idle());
    sim.run_for(kOutageMs);
    EXPECT_EQ(sim.settled(PENSTOCK_DEAD_LETTERED), batch);
    EXPECT_TRUE(sim.writer().idle());
    EXPECT_EQ(sim.writer().counters().healthy, 1);
  }
  sim.service.faults().forget();
  sim.service.faults().set_rates({});
  sim.write({{"key", "data"}});
  sim.run_for(kMinuteMs);
  EXPECT_EQ(sim.settled(PENSTOCK_DELIVERED), 1u);
  EXPECT_EQ(sim.writer().counters().healthy, 1);
}

INSTANTIATE_TEST_SUITE_P(
    , dropped_records,
    testing::Values(Dropping{"after_an_outage", 10,
                             [](WriterSim& sim) { sim.service.faults().set_rates({.throttle = 1}); }},
                    Dropping{"after_a_permanent_error", 1,
                             [](WriterSim& sim) {
                               sim.service.faults().next_calls(
                                   "PutRecords", model::error_fault({400, "AccessDeniedException", "no"}), 100);
                             }}),
    [](const auto& one) { return one.param.name; });

TEST(outage_begins, an_outage_begins_after_eight_calls_and_two_seconds_without_success) {
  for (const int calls :
       {kinesis::CircuitBreaker::kCallsWithoutProgress - 1, kinesis::CircuitBreaker::kCallsWithoutProgress})
    for (const int64_t ms : {kinesis::CircuitBreaker::kMinMs - 1, kinesis::CircuitBreaker::kMinMs}) {
      kinesis::CircuitBreaker state;
      for (int i = 1; i < calls; ++i) EXPECT_FALSE(state.on_no_progress(5'000, 70));
      const bool wanted =
          calls == kinesis::CircuitBreaker::kCallsWithoutProgress && ms == kinesis::CircuitBreaker::kMinMs;
      EXPECT_EQ(state.on_no_progress(5'000 + ms, 70), wanted);
      EXPECT_EQ(state.open(), wanted);
      EXPECT_EQ(state.next_call_ms(), wanted ? 5'000 + ms + 70 : 0);
      EXPECT_EQ(state.on_progress(), wanted);
      EXPECT_FALSE(state.open());
      EXPECT_EQ(state.next_call_ms(), 0);
    }
}

}  // namespace
}  // namespace penstock::sim
