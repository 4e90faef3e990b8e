// `ordering per_key`: what waits for a record that can never be sent.
#include <gtest/gtest.h>

#include "tests/unit/core/kinesis/output/writer_fixture.h"

namespace penstock::kinesis {
namespace {

constexpr int64_t kMaxAgeMs = 10'000;
constexpr int64_t kLingerMs = kMaxAgeMs / 2;
constexpr int64_t kShortMs = 1000;  // covers the first retries of a call and of the dead-letter file

Writer::Options per_key(Aggregator::Options aggregator) {
  return {.stream = "out",
          .mem_limit_bytes = 256 << 20,
          .calls = {.linger_ms = kLingerMs,
                    .max_record_age_ms = kMaxAgeMs,
                    .order_per_key = true,
                    .aggregator = aggregator}};
}

struct OrderFixture : WriterFixture {
  explicit OrderFixture(Aggregator::Options aggregator = {}) : WriterFixture(per_key(aggregator)) {}

  // Returns all bodies of the calls since the last time, and accepts them.
  std::vector<std::string> sent() {
    std::vector<std::string> bodies;
    while (!service.calls.empty()) {
      for (const SentRecord& record : service.calls.front().records) bodies.push_back(record.data);
      service.respond();
      advance();
    }
    return bodies;
  }
};

const std::string kTooLarge(kMaxRecordBytes, 'x');

// Until its dead letter is on disk, a crash would cause it to be sent again, after its successors.
TEST(writer_order, a_record_waits_until_the_dead_letter_of_a_too_large_predecessor_is_on_disk) {
  OrderFixture fixture;
  fixture.system.files.sync_error = {Code::io, "PS0000", "no space"};
  fixture.write(1, {kTooLarge, "next"});
  fixture.pass(kLingerMs);
  EXPECT_EQ(fixture.sent(), std::vector<std::string>());
  fixture.system.files.sync_error = {};
  fixture.pass(kShortMs);
  EXPECT_EQ(fixture.sent(), std::vector<std::string>{"next"});
}

TEST(writer_order, a_record_waits_until_the_dead_letter_of_a_too_old_predecessor_is_on_disk) {
  OrderFixture fixture;
  fixture.system.files.sync_error = {Code::io, "PS0000", "no space"};
  fixture.write(1, {"old"});
  fixture.system.clock.now_ms += kMaxAgeMs;
  fixture.write(2, {"next"});
  fixture.pass(kShortMs);
  EXPECT_EQ(fixture.sent(), std::vector<std::string>());
  fixture.system.files.sync_error = {};
  fixture.pass(kLingerMs);
  EXPECT_EQ(fixture.sent(), std::vector<std::string>{"next"});
}

TEST(writer_order, records_of_other_keys_do_not_wait_for_dead_letters) {
  OrderFixture fixture;
  fixture.system.files.sync_error = {Code::io, "PS0000", "no space"};
  fixture.write(1, {kTooLarge});
  penstock_record record = {};
  record.body = bytes("other key");
  penstock_batch batch = WriterFixture::origin(2);
  batch.log_stream = bytes("other");
  batch.records = &record;
  batch.record_count = 1;
  ASSERT_TRUE(fixture.writer.write(batch).ok());
  fixture.pass(kLingerMs);
  EXPECT_EQ(fixture.sent(), std::vector<std::string>{"other key"});
}

// Records that share an aggregated record become too old one by one.
TEST(writer_order, the_rest_of_a_rejected_aggregate_waits_for_the_dead_letter_of_its_oldest_record) {
  OrderFixture fixture({.aggregate = Aggregator::Aggregate::newline});
  fixture.write(1, {"old"});
  fixture.pass(kLingerMs - 1);
  fixture.write(2, {"young"});
  fixture.pass(1);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(fixture.service.calls[0].records, (std::vector<SentRecord>{{"old\nyoung", "ls"}}));
  fixture.system.clock.now_ms += kMaxAgeMs - kLingerMs;
  fixture.system.files.sync_error = {Code::io, "PS0000", "no space"};
  fixture.service.respond({true});
  fixture.write(3, {"next"});
  fixture.pass(kShortMs);
  EXPECT_EQ(fixture.sent(), std::vector<std::string>());
  fixture.system.files.sync_error = {};
  fixture.pass(kShortMs);
  EXPECT_EQ(fixture.sent(), (std::vector<std::string>{"young", "next"}));
}

TEST(writer_order, dead_letters_of_one_key_share_a_write) {
  OrderFixture fixture;
  fixture.write(1, std::vector<std::string>(100, "old"));
  fixture.system.clock.now_ms += kMaxAgeMs;
  fixture.pass(kLingerMs);
  EXPECT_EQ(fixture.system.files.append_calls, 1);
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DEAD_LETTERED}}));
}

}  // namespace
}  // namespace penstock::kinesis
