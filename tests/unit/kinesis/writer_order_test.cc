// `ordering per_key`: what waits for a record that can never be sent.
#include <gtest/gtest.h>

#include "tests/unit/kinesis/writer_fixture.h"

namespace penstock {
namespace {

constexpr int64_t kMaxAgeMs = 10'000;

Writer::Options per_key() {
  return {.stream = "out",
          .mem_limit_bytes = 256 << 20,
          .calls = {.linger_ms = WriterFixture::kLingerMs, .max_record_age_ms = kMaxAgeMs, .order_per_key = true}};
}

struct OrderFixture : WriterFixture {
  OrderFixture() : WriterFixture(per_key()) {}

  // All bodies of the calls since the last time, which the service takes.
  std::vector<std::string> sent() {
    std::vector<std::string> bodies;
    while (!service.calls.empty()) {
      for (const SentRecord& record : service.calls.front().records) bodies.push_back(record.data);
      service.answer();
      advance();
    }
    return bodies;
  }
};

const std::string kTooLarge(kMaxRecordBytes, 'x');

// After a crash it is sent again unless its failure is on disk, and would then come after its successors.
TEST(writer_order, a_record_waits_until_the_failure_of_a_too_large_predecessor_is_on_disk) {
  OrderFixture fixture;
  fixture.system.files.sync_error = {Code::io, "no space"};
  fixture.write(1, {kTooLarge, "next"});
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_EQ(fixture.sent(), std::vector<std::string>());
  fixture.system.files.sync_error = {};
  fixture.pass(1000);
  EXPECT_EQ(fixture.sent(), std::vector<std::string>{"next"});
}

TEST(writer_order, a_record_waits_until_the_failure_of_a_too_old_predecessor_is_on_disk) {
  OrderFixture fixture;
  fixture.system.files.sync_error = {Code::io, "no space"};
  fixture.write(1, {"old"});
  fixture.system.clock.now_ms += kMaxAgeMs;
  fixture.write(2, {"next"});
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_EQ(fixture.sent(), std::vector<std::string>());
  fixture.system.files.sync_error = {};
  fixture.pass(1000);
  EXPECT_EQ(fixture.sent(), std::vector<std::string>{"next"});
}

TEST(writer_order, records_of_other_keys_do_not_wait_for_the_failure_file) {
  OrderFixture fixture;
  fixture.system.files.sync_error = {Code::io, "no space"};
  fixture.write(1, {kTooLarge});
  penstock_record record = {};
  record.body = bytes("other key");
  penstock_batch batch = WriterFixture::origin(2);
  batch.log_stream = bytes("other");
  batch.records = &record;
  batch.record_count = 1;
  ASSERT_TRUE(fixture.writer.write(batch).ok());
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_EQ(fixture.sent(), std::vector<std::string>{"other key"});
}

TEST(writer_order, failures_of_one_key_share_a_write_of_the_failure_file) {
  OrderFixture fixture;
  fixture.write(1, std::vector<std::string>(100, "old"));
  fixture.system.clock.now_ms += kMaxAgeMs;
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_EQ(fixture.system.files.append_calls, 1);
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_FAILED_RECORDED}}));
}

}  // namespace
}  // namespace penstock
