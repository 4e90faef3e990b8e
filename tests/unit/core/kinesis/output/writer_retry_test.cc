// How often and for how long the writer retries.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/core/kinesis/output/writer_fixture.h"

namespace penstock::kinesis {
namespace {

Writer::Options options() { return {.stream = "out", .mem_limit_bytes = 256 << 20}; }

// Responds to calls until none is left, and rejects each one that contains the record `poison`. Returns the number
// of calls.
int respond_to_all(WriterFixture& fixture, const std::string& poison) {
  int calls = 0;
  for (fixture.pass(0); !fixture.service.calls.empty(); fixture.pass(0), ++calls) {
    const auto& records = fixture.service.calls[0].records;
    if (std::any_of(records.begin(), records.end(), [&](const SentRecord& one) { return one.data == poison; }))
      fixture.service.fail(
          {Code::invalid, "PS0000", "PutRecords: ValidationException: 1 validation error detected"});
    else
      fixture.service.respond();
  }
  return calls;
}

TEST(writer_retry, one_poison_record_does_not_block_the_499_others) {
  for (const size_t at : {0U, 250U, 499U}) {
    WriterFixture fixture;
    std::vector<std::string> bodies(500, "good");
    bodies[at] = "poison";
    fixture.write(1, bodies);
    EXPECT_LE(respond_to_all(fixture, "poison"), 25);
    EXPECT_EQ(fixture.writer.counters().delivered_records, 499);
    fixture.pass(29'000);
    EXPECT_TRUE(fixture.service.calls.empty());
    fixture.write(2, std::vector<std::string>(200, "more"));
    fixture.pass(1'000);
    respond_to_all(fixture, "poison");
    EXPECT_EQ(fixture.settled(), (Outcomes{{2, PENSTOCK_DELIVERED}}));
    EXPECT_FALSE(fixture.writer.idle());
  }
}

TEST(writer_retry, calls_are_not_split_endlessly_if_the_whole_stream_rejects_them) {
  WriterFixture fixture;
  fixture.write(1, std::vector<std::string>(5000, "poison"));
  EXPECT_LE(respond_to_all(fixture, "poison"), 16 + 5000 / 31 + 1);
  const int64_t calls = fixture.writer.counters().calls;
  for (int i = 0; i < 10; ++i) {
    fixture.pass(30'000);
    respond_to_all(fixture, "poison");
  }
  EXPECT_LE(fixture.writer.counters().calls, 12 * calls);
  EXPECT_EQ(fixture.writer.counters().healthy, 0);
}

TEST(writer_retry, a_record_out_of_retries_is_a_dead_letter_with_the_last_error) {
  for (const int limit : {0, 3}) {
    Writer::Options with = options();
    with.record_retry_limit = limit;
    WriterFixture fixture(std::move(with));
    fixture.write(1, {"good", "bad"});
    fixture.pass(WriterFixture::kLingerMs);
    fixture.service.respond({false, true});
    for (int i = 0; i < limit; ++i) {
      fixture.pass(2'000);
      ASSERT_EQ(fixture.service.calls.size(), 1U);
      fixture.service.respond({true});
    }
    fixture.pass(60'000);
    EXPECT_TRUE(fixture.service.calls.empty());
    EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DEAD_LETTERED}}));
    EXPECT_NE(fixture.system.files.synced.find("ProvisionedThroughputExceededException"), std::string::npos);
    EXPECT_NE(fixture.system.files.synced.find("record_retry_limit"), std::string::npos);
    EXPECT_EQ(fixture.writer.counters().retries, limit);
    EXPECT_EQ(fixture.writer.counters().dead_letters, 1);
  }
}

TEST(writer_retry, splitting_a_call_uses_no_retry_of_its_records) {
  Writer::Options with = options();
  with.record_retry_limit = 0;
  WriterFixture fixture(std::move(with));
  std::vector<std::string> bodies(500, "good");
  bodies[77] = "poison";
  fixture.write(1, bodies);
  respond_to_all(fixture, "poison");
  EXPECT_EQ(fixture.writer.counters().delivered_records, 499);
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DEAD_LETTERED}}));
}

TEST(writer_retry, a_record_is_a_dead_letter_when_it_is_too_old_and_not_before) {
  Writer::Options with = options();
  with.calls.max_record_age_ms = 45'000;
  WriterFixture fixture(std::move(with));
  fixture.write(1, {"a"});
  fixture.pass(WriterFixture::kLingerMs);
  fixture.service.fail({Code::permanent, "PS0000", "AccessDenied"});
  fixture.pass(30'000);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  fixture.service.fail({Code::permanent, "PS0000", "AccessDenied"});
  fixture.pass(45'000 - 30'000 - WriterFixture::kLingerMs - 1);
  EXPECT_TRUE(fixture.settled().empty());
  fixture.pass(1);
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DEAD_LETTERED}}));
  EXPECT_NE(fixture.system.files.synced.find("max_record_age"), std::string::npos);
}

TEST(writer_retry, retry_pauses_are_between_the_configured_base_and_cap) {
  Writer::Options with = options();
  with.retry = {.base_ms = 1'000, .cap_ms = 3'000};
  WriterFixture fixture(std::move(with));
  fixture.service.summary.reset();
  fixture.write(1, {"a"});
  fixture.pass(WriterFixture::kLingerMs);
  int64_t longest_ms = 0;
  for (int failures = 1; failures <= 100; ++failures) {
    fixture.service.fail({Code::transient, "PS0000", "no answer"});
    const int64_t wait_ms = fixture.writer.next_deadline_ms() - fixture.system.clock.now_ms;
    EXPECT_LE(wait_ms, failures == 1 ? 1'000 : failures == 2 ? 2'000 : 3'000);
    longest_ms = std::max(longest_ms, wait_ms);
    fixture.pass(wait_ms);
  }
  EXPECT_GT(longest_ms, 2'500);
}

}  // namespace
}  // namespace penstock::kinesis
