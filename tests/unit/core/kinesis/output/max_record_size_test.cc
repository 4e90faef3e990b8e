// The largest record that the stream accepts, from the configuration or from the stream itself.
#include <gtest/gtest.h>

#include "core/kinesis/output/target_stream.h"
#include "tests/unit/core/kinesis/output/writer_fixture.h"

namespace penstock::kinesis {
namespace {

Writer::Options limits(size_t record_bytes, size_t call_bytes = kMaxCallBytes) {
  return {.stream = "out",
          .mem_limit_bytes = 256 << 20,
          .max_record_bytes = record_bytes,
          .calls = {.aggregator = {.max_call_bytes = call_bytes}}};
}

std::string summary(const std::string& limit) {
  return R"({"StreamDescriptionSummary":{"StreamName":"out","StreamStatus":"ACTIVE")" + limit + "}}";
}

TEST(max_record_size, a_record_of_exactly_the_configured_limit_is_sent) {
  for (const size_t limit : {size_t{1000}, kMaxRaisedRecordBytes}) {
    WriterFixture fixture(limits(limit, kMaxRaisedCallBytes));
    fixture.write(1, {std::string(limit - 2, 'x')});  // the key has two bytes
    fixture.write(2, {std::string(limit - 1, 'x')});
    fixture.pass(WriterFixture::kLingerMs);
    ASSERT_EQ(fixture.service.calls.size(), 1U);
    EXPECT_EQ(fixture.service.calls[0].records.size(), 1U);
    EXPECT_EQ(fixture.settled(), (Outcomes{{2, PENSTOCK_DEAD_LETTERED}}));
    EXPECT_NE(fixture.system.files.synced.find(std::to_string(limit + 1) + " bytes"), std::string::npos);
    fixture.service.respond();
    EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DELIVERED}}));
  }
}

TEST(max_record_size, a_call_has_at_most_the_configured_bytes) {
  for (const size_t extra : {0U, 1U}) {
    WriterFixture fixture(limits(1000, 2000));
    fixture.write(1, {std::string(998, 'x'), std::string(900, 'x'), std::string(96 + extra, 'x')});
    fixture.pass(WriterFixture::kLingerMs);
    ASSERT_GE(fixture.service.calls.size(), 1U);
    EXPECT_EQ(fixture.service.calls[0].records.size(), 3U - extra);
  }
}

TEST(max_record_size, no_call_starts_before_the_streams_record_limit_is_known) {
  WriterFixture fixture(limits(TargetStream::kAskTheStream));
  fixture.service.summary.reset();
  fixture.write(1, {std::string((2 << 20) - 2, 'x')});
  fixture.write(2, {std::string((2 << 20) - 1, 'x')});
  EXPECT_LE(fixture.writer.next_deadline_ms(), fixture.system.clock.now_ms);
  fixture.pass(60'000);
  EXPECT_TRUE(fixture.service.calls.empty());
  ASSERT_EQ(fixture.service.questions.size(), 1U);
  const FakeService::Question question = fixture.service.take_question();
  EXPECT_EQ(question.operation, "DescribeStreamSummary");
  EXPECT_EQ(question.body, R"({"StreamName":"out"})");
  question.done(aws::ServiceResponse{summary(",\"MaxRecordSizeInKiB\":2048")});
  fixture.pass(0);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(fixture.service.calls[0].records.size(), 1U);
  EXPECT_EQ(fixture.settled(), (Outcomes{{2, PENSTOCK_DEAD_LETTERED}}));
  EXPECT_TRUE(fixture.service.questions.empty());
}

TEST(max_record_size, the_record_limit_is_requested_again_without_a_response) {
  WriterFixture fixture(limits(TargetStream::kAskTheStream));
  fixture.service.summary.reset();
  fixture.write(1, {"a"});
  fixture.pass(0);
  fixture.service.take_question().done(Status(Code::transient, "PS0000", "timed out"));
  fixture.pass(10'000);
  fixture.service.take_question().done(aws::ServiceResponse{summary(",\"MaxRecordSizeInKiB\":0")});
  fixture.pass(10'000);
  EXPECT_TRUE(fixture.service.calls.empty());
  ASSERT_EQ(fixture.system.log.size(), 2U);
  EXPECT_EQ(fixture.system.log[0], "PS0000: output: cannot describe stream out, retrying: timed out");
  fixture.service.take_question().done(aws::ServiceResponse{summary(",\"MaxRecordSizeInKiB\":1024")});
  fixture.pass(0);
  EXPECT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(fixture.system.log.back(), "output: stream out exists (status ACTIVE)");
}

TEST(max_record_size, the_record_limit_of_a_missing_stream_is_requested_until_it_exists) {
  WriterFixture fixture(limits(TargetStream::kAskTheStream));
  fixture.service.summary.reset();
  fixture.write(1, {std::string((2 << 20) - 2, 'x')});
  fixture.pass(0);
  fixture.service.take_question().done(Status(Code::not_found, "PS0000", "ResourceNotFoundException"));
  fixture.pass(29'999);
  EXPECT_TRUE(fixture.service.questions.empty());
  fixture.pass(1);
  EXPECT_TRUE(fixture.service.calls.empty());
  fixture.service.take_question().done(aws::ServiceResponse{summary(",\"MaxRecordSizeInKiB\":2048")});
  fixture.pass(0);
  EXPECT_EQ(fixture.service.calls.size(), 1U);
}

TEST(max_record_size, the_record_limit_is_one_mebibyte_with_a_warning_if_the_request_is_denied) {
  WriterFixture fixture(limits(TargetStream::kAskTheStream));
  fixture.service.summary.reset();
  fixture.write(1, {std::string(kMaxRecordBytes - 2, 'x')});
  fixture.write(2, {std::string(kMaxRecordBytes - 1, 'x')});
  fixture.pass(0);
  fixture.service.take_question().done(Status(Code::denied, "PS0000", "AccessDenied"));
  fixture.pass(WriterFixture::kLingerMs);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(fixture.settled(), (Outcomes{{2, PENSTOCK_DEAD_LETTERED}}));
  ASSERT_FALSE(fixture.system.log.empty());
  EXPECT_NE(fixture.system.log[0].find("max_record_bytes auto"), std::string::npos);
}

TEST(max_record_size, the_record_limit_is_requested_again_after_a_proxys_error) {
  WriterFixture fixture(limits(TargetStream::kAskTheStream));
  fixture.service.summary.reset();
  fixture.write(1, {std::string((2 << 20) - 2, 'x')});
  fixture.pass(0);
  for (int i = 0; i < 3; ++i) {
    fixture.service.take_question().done(Status(Code::permanent, "PS0000", "DescribeStreamSummary: HTTP 403"));
    fixture.pass(10'000);
    EXPECT_TRUE(fixture.service.calls.empty());
  }
  fixture.service.take_question().done(aws::ServiceResponse{summary(",\"MaxRecordSizeInKiB\":2048")});
  fixture.pass(0);
  EXPECT_EQ(fixture.service.calls.size(), 1U);
}

}  // namespace
}  // namespace penstock::kinesis
