// Poison records, for which the service rejects every call that contains one, among good records.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/writer_fixture.h"

namespace penstock::sim {
namespace {

constexpr int64_t kSecondMs = 1'000;
constexpr int64_t kMinuteMs = 60'000;
constexpr size_t kBatch = 500;
constexpr size_t kKeys = 25;

kinesis::Writer::Options options() { return {.stream = {}, .mem_limit_bytes = 24 << 20}; }

using IsBad = std::function<bool(size_t index)>;

std::string data_of(size_t index, bool bad) { return (bad ? "poison" : "good") + std::to_string(index) + "."; }

class PoisonSim : public WriterSim {
 public:
  explicit PoisonSim(kinesis::Writer::Options with, model::Settings settings = {})
      : WriterSim(1, std::move(with), 1, std::move(settings)) {
    service.faults().reject_calls_with("poison");
  }

  void write_batch(const IsBad& is_bad, size_t records = kBatch) {
    std::vector<KeyedRecord> batch;
    for (size_t i = 0; i < records; ++i, ++written) {
      const bool bad = is_bad(i);
      bad_written += bad ? 1 : 0;
      batch.push_back({std::to_string(i % kKeys), data_of(written, bad)});
    }
    write(batch);
  }
  // Returns how long it takes until every good record that was written is in the stream.
  int64_t good_delivered_ms(int64_t max_ms) {
    const int64_t start_ms = clock.monotonic_ms();
    while (good_out() < written - bad_written && clock.monotonic_ms() < start_ms + max_ms) run_for(10);
    return clock.monotonic_ms() - start_ms;
  }
  size_t good_out() { return static_cast<size_t>(writer().counters().delivered_records); }
  // Returns the data of all user records, in the order of the stream.
  std::vector<std::string> stored() {
    std::vector<std::string> all;
    each([&](const model::Shard&, const model::Record& record) {
      for (size_t at = record.data.find("good"); at != record.data.npos; at = record.data.find("good", at + 1))
        all.push_back(record.data.substr(at, record.data.find('.', at) + 1 - at));
      EXPECT_EQ(record.data.find("poison"), record.data.npos);
    });
    return all;
  }
  void expect_each_good_once() {
    std::vector<std::string> all = stored();
    EXPECT_EQ(all.size(), written - bad_written);
    std::sort(all.begin(), all.end());
    EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
  }
  std::vector<std::string> dead_letters() {
    const std::string file = sim.files().content("/failures").value_or("");
    std::vector<std::string> lines;
    for (size_t at = 0, end = 0; (end = file.find('\n', at)) != file.npos; at = end + 1)
      lines.push_back(file.substr(at, end - at));
    return lines;
  }

  size_t written = 0;
  size_t bad_written = 0;
};

struct Pattern {
  const char* name;
  IsBad is_bad;
  int64_t within_ms;  // all good records are delivered
};

const std::vector<Pattern>& patterns() {
  static const std::vector<Pattern> all = {
      {"every tenth", [](size_t i) { return i % 10 == 3; }, 5 * kSecondMs},
      {"every second", [](size_t i) { return i % 2 == 0; }, 10 * kSecondMs},
      {"the first", [](size_t i) { return i == 0; }, 2 * kSecondMs},
      {"the last", [](size_t i) { return i == kBatch - 1; }, 2 * kSecondMs},
      {"the first half", [](size_t i) { return i < kBatch / 2; }, 30 * kSecondMs},
      {"the last half", [](size_t i) { return i >= kBatch / 2; }, 30 * kSecondMs},
      {"all but the first", [](size_t i) { return i > 0; }, 30 * kMinuteMs},
      {"all but one in the middle", [](size_t i) { return i != 300; }, 30 * kMinuteMs},
      {"all but the last", [](size_t i) { return i != kBatch - 1; }, 30 * kMinuteMs},
  };
  return all;
}

struct Way {
  const char* name;
  kinesis::Aggregator::Aggregate aggregate;
  bool order_per_key;
};

class poison : public testing::TestWithParam<Way> {
 protected:
  static kinesis::Writer::Options with() {
    kinesis::Writer::Options with = options();
    with.calls.aggregator.aggregate = GetParam().aggregate;
    return with;
  }
};

TEST_P(poison, poison_records_at_any_position_delay_no_good_record) {
  for (const Pattern& pattern : patterns()) {
    SCOPED_TRACE(pattern.name);
    PoisonSim sim(with());
    sim.write_batch(pattern.is_bad);
    const int64_t took_ms = sim.good_delivered_ms(pattern.within_ms);
    RecordProperty(std::string(pattern.name) + " ms", std::to_string(took_ms));
    RecordProperty(std::string(pattern.name) + " calls", std::to_string(sim.writer().counters().calls));
    EXPECT_LT(took_ms, pattern.within_ms);
    EXPECT_LE(sim.writer().counters().calls, static_cast<int64_t>(3 * kBatch));
    sim.expect_each_good_once();
    EXPECT_TRUE(sim.dead_letters().empty());
    EXPECT_FALSE(sim.writer().idle()) << "the others wait for a limit, or for a service that accepts them";
    sim.service.faults().forget();
    sim.run_for(20 * kMinuteMs);
    EXPECT_TRUE(sim.writer().idle());
    EXPECT_EQ(sim.writer().counters().delivered_records, static_cast<int64_t>(kBatch));
  }
}

TEST_P(poison, poison_records_are_the_only_dead_letters_for_any_retry_limit) {
  for (const Pattern& pattern : patterns())
    for (const int64_t limit : {0, 2}) {
      SCOPED_TRACE(pattern.name);
      kinesis::Writer::Options limited = with();
      limited.record_retry_limit = limit;
      PoisonSim sim(std::move(limited));
      sim.write_batch(pattern.is_bad);
      sim.run_for(180 * kMinuteMs);
      EXPECT_TRUE(sim.writer().idle());
      sim.expect_each_good_once();
      const std::vector<std::string> dead = sim.dead_letters();
      EXPECT_EQ(dead.size(), sim.bad_written);
      EXPECT_EQ(sim.writer().counters().dead_letters, static_cast<int64_t>(sim.bad_written));
    }
}

INSTANTIATE_TEST_SUITE_P(, poison,
                         testing::Values(Way{"each_by_itself", kinesis::Aggregator::Aggregate::none, false},
                                         Way{"newline", kinesis::Aggregator::Aggregate::newline, false},
                                         Way{"kpl", kinesis::Aggregator::Aggregate::kpl, false}),
                         [](const auto& one) { return one.param.name; });

class poison_in_order : public testing::TestWithParam<kinesis::Aggregator::Aggregate> {};

// A key's records wait for a poison record before them, so a limit is needed.
TEST_P(poison_in_order, poison_records_with_ordering_keep_each_keys_order_and_every_good_record) {
  for (const Pattern& pattern : patterns()) {
    SCOPED_TRACE(pattern.name);
    kinesis::Writer::Options with = options();
    with.calls.aggregator.aggregate = GetParam();
    with.calls.order_per_key = true;
    with.record_retry_limit = 1;
    PoisonSim sim(std::move(with));
    for (int batch = 0; batch < 2; ++batch) sim.write_batch(pattern.is_bad);
    sim.run_for(120 * kMinuteMs);
    EXPECT_TRUE(sim.writer().idle());
    sim.expect_each_good_once();
    EXPECT_EQ(sim.dead_letters().size(), sim.bad_written);
    std::map<size_t, size_t> last_of_key;
    for (const std::string& data : sim.stored()) {
      const size_t number = std::stoul(data.substr(4));
      size_t& last = last_of_key[number % kBatch % kKeys];
      EXPECT_GE(number + 1, last);
      last = number + 1;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, poison_in_order,
                         testing::Values(kinesis::Aggregator::Aggregate::none,
                                         kinesis::Aggregator::Aggregate::newline,
                                         kinesis::Aggregator::Aggregate::kpl));

TEST(poison_all_the_time, constant_poison_records_slow_no_good_record_and_use_none_of_its_retries) {
  for (const bool limited : {false, true}) {
    kinesis::Writer::Options with = options();
    if (limited) with.record_retry_limit = 2;
    PoisonSim sim(std::move(with));
    for (int second = 0; second < 300; ++second) {
      sim.write_batch([second](size_t i) { return i == static_cast<size_t>(second) % 50 * 10; }, 500);
      sim.run_for(kSecondMs);
      sim.clock.advance_to((second + 1) * kSecondMs + 1'000'000);
      ASSERT_FALSE(sim.writer().full());
    }
    EXPECT_LE(sim.good_delivered_ms(kMinuteMs), 2 * kSecondMs);
    sim.expect_each_good_once();
    EXPECT_LE(sim.writer().counters().calls, 300 * 40);
    for (const std::string& line : sim.dead_letters()) EXPECT_NE(line.find("cG9pc29u"), line.npos) << line;
    if (limited) {
      sim.run_for(60 * kMinuteMs);
      EXPECT_EQ(sim.dead_letters().size(), sim.bad_written);
      EXPECT_TRUE(sim.writer().idle());
    }
  }
}

// However many there are, one call at a time tests them, with other calls in between.
TEST(poison_all_the_time, thousands_of_waiting_poison_records_do_not_block_good_ones) {
  PoisonSim sim(options());
  for (int batch = 0; batch < 4; ++batch) sim.write_batch([](size_t i) { return i % 500 != 0; });
  sim.run_for(120 * kMinuteMs);
  EXPECT_EQ(sim.good_out(), 4U);
  int64_t calls = sim.writer().counters().calls;
  sim.run_for(5 * kMinuteMs);
  EXPECT_LE(sim.writer().counters().calls - calls, 300 * 2) << "2 a second";
  calls = sim.writer().counters().calls;
  for (int second = 0; second < 60; ++second) {
    sim.write_batch([](size_t) { return false; }, 500);
    sim.run_for(kSecondMs);
  }
  EXPECT_LE(sim.writer().counters().calls - calls, 60 * 25) << "20 a second, and those of the good ones";
  EXPECT_LE(sim.good_delivered_ms(kMinuteMs), 2 * kSecondMs);
  sim.expect_each_good_once();
}

TEST(rejected_stream, a_stream_that_rejects_everything_gets_few_calls_and_recovers) {
  PoisonSim sim(options());
  for (int batch = 0; batch < 100; ++batch) sim.write_batch([](size_t) { return true; });
  sim.run_for(5 * kMinuteMs);
  RecordProperty("calls", std::to_string(sim.writer().counters().calls));
  EXPECT_LE(sim.writer().counters().calls, 450);
  EXPECT_EQ(sim.writer().counters().healthy, 0);
  EXPECT_TRUE(sim.sim.logged("stream out accepts no records; "));
  EXPECT_FALSE(sim.sim.logged("stream out accepts records again"));
  sim.service.faults().forget();
  sim.run_for(2 * kMinuteMs);
  EXPECT_TRUE(sim.sim.logged("stream out accepts records again"));
  EXPECT_TRUE(sim.writer().idle());
  EXPECT_EQ(sim.writer().counters().healthy, 1);
  EXPECT_EQ(sim.writer().counters().delivered_records, 50'000);
}

TEST(rejected_stream, a_call_denied_by_permissions_is_never_split_and_rarely_retried) {
  WriterSim sim(1, options());
  sim.service.faults().next_calls("PutRecords", model::error_fault({400, "AccessDeniedException", "no"}), 100'000);
  std::vector<KeyedRecord> batch(kBatch, {"key", "data"});
  sim.write(batch);
  sim.run_for(2 * kMinuteMs);
  EXPECT_LE(sim.writer().counters().calls, 6) << "every 30 s";
  sim.service.faults().forget();
  sim.run_for(kMinuteMs);
  EXPECT_TRUE(sim.writer().idle());
}

// An error that does not mean that the call's content is at fault: from a proxy, for a call that is too large for
// a slow connection, or from a service that fails at one record.
TEST(failing_call, a_failing_call_is_split_after_some_tries_so_good_records_get_through) {
  WriterSim sim(1, options());
  std::vector<KeyedRecord> batch;
  for (size_t i = 0; i < kBatch; ++i) batch.push_back({std::to_string(i), data_of(i, i == 77)});
  sim.write(batch);
  sim.service.on_request([&](uint64_t number, const model::Request& request) {
    if (request.body.find("cG9pc29u") != request.body.npos)
      sim.service.faults().at(number, model::error_fault({500, "InternalFailure", "no"}));
  });
  sim.run_for(10 * kMinuteMs);
  EXPECT_EQ(sim.writer().counters().delivered_records, static_cast<int64_t>(kBatch) - 1);
}

}  // namespace
}  // namespace penstock::sim
