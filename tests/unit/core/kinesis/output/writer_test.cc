#include "core/kinesis/output/writer.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/records.h"
#include "tests/unit/core/kinesis/output/writer_fixture.h"

namespace penstock::kinesis {
namespace {

TEST(writer, a_record_waits_for_others_but_no_longer_than_linger) {
  WriterFixture fixture;
  fixture.service.summary.reset();
  fixture.write(1, {"a"});
  fixture.advance();
  EXPECT_EQ(fixture.service.calls.size(), 0U);
  EXPECT_EQ(fixture.writer.next_deadline_ms(), fixture.system.clock.now_ms + WriterFixture::kLingerMs);
  fixture.pass(WriterFixture::kLingerMs - 1);
  EXPECT_EQ(fixture.service.calls.size(), 0U);
  fixture.pass(1);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(fixture.writer.next_deadline_ms(), kNever);
}

TEST(writer, batches_share_a_call_and_each_is_settled_once) {
  WriterFixture fixture;
  fixture.write(7, {"a", "b"});
  fixture.write(8, {"c"});
  fixture.pass(WriterFixture::kLingerMs);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(fixture.service.calls[0].records, (std::vector<SentRecord>{{"a", "ls"}, {"b", "ls"}, {"c", "ls"}}));
  EXPECT_TRUE(fixture.settled().empty());
  fixture.service.respond();
  EXPECT_EQ(fixture.settled(), (Outcomes{{7, PENSTOCK_DELIVERED}, {8, PENSTOCK_DELIVERED}}));
  EXPECT_TRUE(fixture.settled().empty());
  EXPECT_TRUE(fixture.writer.idle());
}

TEST(writer, five_hundred_records_are_sent_at_once_in_one_call) {
  WriterFixture fixture;
  fixture.write(1, std::vector<std::string>(499, "x"));
  fixture.advance();
  EXPECT_EQ(fixture.service.calls.size(), 0U);
  fixture.write(2, {"x"});
  fixture.advance();
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(fixture.service.calls[0].records.size(), 500U);
}

TEST(writer, record_501_is_in_a_second_call) {
  WriterFixture fixture;
  fixture.write(1, std::vector<std::string>(501, "x"));
  fixture.advance();
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(fixture.service.calls[0].records.size(), 500U);
  fixture.pass(WriterFixture::kLingerMs);
  ASSERT_EQ(fixture.service.calls.size(), 2U);
  EXPECT_EQ(fixture.service.calls[1].records.size(), 1U);
  fixture.service.respond();
  EXPECT_TRUE(fixture.settled().empty());
  fixture.service.respond();
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DELIVERED}}));
}

TEST(writer, a_call_has_at_most_five_mebibytes) {
  for (const size_t extra : {0U, 1U}) {
    WriterFixture fixture;
    std::vector<std::string> bodies(10, std::string(512 * 1024 - 2, 'x'));  // the key has two bytes
    bodies[9].append(extra, 'x');
    fixture.write(1, bodies);
    fixture.pass(WriterFixture::kLingerMs);
    ASSERT_GE(fixture.service.calls.size(), 1U);
    EXPECT_EQ(fixture.service.calls[0].records.size(), 10U - extra);
  }
}

TEST(writer, five_mebibytes_are_sent_without_linger) {
  WriterFixture fixture;
  fixture.write(1, std::vector<std::string>(10, std::string(512 * 1024 - 2, 'x')));
  fixture.advance();
  EXPECT_EQ(fixture.service.calls.size(), 1U);
  fixture.write(2, {"one that does"});
  fixture.advance();
  EXPECT_EQ(fixture.service.calls.size(), 1U);
}

TEST(writer, a_record_of_exactly_one_mebibyte_with_its_key_is_sent) {
  WriterFixture fixture;
  fixture.write(1, {std::string(kMaxRecordBytes - 2, 'x')});
  fixture.pass(WriterFixture::kLingerMs);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  fixture.service.respond();
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DELIVERED}}));
}

TEST(writer, a_record_that_the_agent_could_not_decode_is_a_dead_letter_and_others_are_sent) {
  WriterFixture fixture;
  penstock_record records[2] = {};
  records[0].body = bytes("cut");
  records[0].flags = PENSTOCK_RECORD_UNREADABLE;
  records[1].body = bytes("good");
  penstock_batch batch = {};
  batch.struct_size = sizeof batch;
  batch.record_stride = sizeof records[0];
  batch.ack_id = 1;
  batch.records = records;
  batch.record_count = 2;
  batch.log_stream = bytes("ls");
  ASSERT_TRUE(fixture.writer.write(batch).ok());
  fixture.pass(WriterFixture::kLingerMs);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(fixture.service.calls[0].records, (std::vector<SentRecord>{{"good", "ls"}}));
  EXPECT_NE(fixture.system.files.synced.find("in a form that cannot be decoded"), std::string::npos);
  fixture.service.respond();
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DEAD_LETTERED}}));
}

TEST(writer, a_record_one_byte_too_large_is_a_dead_letter_and_others_are_sent) {
  WriterFixture fixture;
  fixture.write(1, {"a", std::string(kMaxRecordBytes - 1, 'x'), "b"});
  fixture.pass(WriterFixture::kLingerMs);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(fixture.service.calls[0].records, (std::vector<SentRecord>{{"a", "ls"}, {"b", "ls"}}));
  const std::string& line = fixture.system.files.synced;
  EXPECT_NE(line.find(R"("stage":"output")"), std::string::npos);
  EXPECT_NE(line.find("1048577 bytes"), std::string::npos);
  EXPECT_NE(line.find("1048576"), std::string::npos);
  EXPECT_NE(line.find(R"("sequence_number":"4957")"), std::string::npos);
  EXPECT_TRUE(fixture.settled().empty());
  fixture.service.respond();
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DEAD_LETTERED}}));
  EXPECT_EQ(fixture.writer.counters().dead_letters, 1);
  EXPECT_EQ(fixture.writer.counters().delivered_records, 2);
}

TEST(writer, a_full_dead_letter_file_keeps_the_batch_outstanding_until_there_is_space) {
  WriterFixture fixture;
  fixture.service.summary.reset();
  fixture.system.files.append_error = {Code::io, "PS0000", "No space left on device"};
  fixture.write(1, {std::string(kMaxRecordBytes, 'x')});
  fixture.write(2, {"small"});
  fixture.pass(WriterFixture::kLingerMs);
  fixture.service.respond();
  EXPECT_EQ(fixture.settled(), (Outcomes{{2, PENSTOCK_DELIVERED}}));
  EXPECT_EQ(fixture.writer.counters().healthy, 0);
  ASSERT_FALSE(fixture.system.log.empty());
  EXPECT_NE(fixture.system.log[0].find("file:/failures"), std::string::npos) << fixture.system.log[0];
  fixture.pass(60'000);
  EXPECT_TRUE(fixture.settled().empty());
  EXPECT_LE(fixture.system.log.size(), 7U);
  fixture.system.files.append_error = {};
  fixture.pass(10'000);
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DEAD_LETTERED}}));
  EXPECT_EQ(fixture.writer.counters().healthy, 1);
  EXPECT_EQ(fixture.writer.counters().dead_letters, 1);
  EXPECT_TRUE(fixture.writer.idle());
  EXPECT_EQ(fixture.writer.next_deadline_ms(), kNever);
}

TEST(writer, a_failing_dead_letter_file_is_retried_with_pauses) {
  WriterFixture fixture;
  fixture.system.files.append_error = {Code::io, "PS0000", "No space left on device"};
  fixture.write(1, {std::string(kMaxRecordBytes, 'x')});
  for (int i = 0; i < 6000; ++i) fixture.pass(10);
  EXPECT_GT(fixture.system.files.append_calls, 5);
  EXPECT_LT(fixture.system.files.append_calls, 60);
}

TEST(writer, only_rejected_records_are_retried) {
  WriterFixture fixture;
  fixture.write(1, {"a", "b", "c", "d"});
  fixture.pass(WriterFixture::kLingerMs);
  fixture.service.respond({false, true, false, true});
  EXPECT_TRUE(fixture.settled().empty());
  fixture.pass(100);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(fixture.service.calls[0].records, (std::vector<SentRecord>{{"b", "ls"}, {"d", "ls"}}));
  fixture.service.respond();
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DELIVERED}}));
  const WriterCounters counters = fixture.writer.counters();
  EXPECT_EQ(counters.calls, 2);
  EXPECT_EQ(counters.delivered_records, 4);
  EXPECT_EQ(counters.rejected_records, 2);
  EXPECT_EQ(counters.retries, 2);
  EXPECT_EQ(counters.delivered_bytes, 4 * 3);
  EXPECT_EQ(counters.in_flight_bytes, 0);
  EXPECT_EQ(fixture.stat("record_errors", "ProvisionedThroughputExceededException"), 2);
  EXPECT_EQ(fixture.stat("record_errors", "other"), -1);
  EXPECT_EQ(fixture.stat("call_records", "PutRecords"), 2);
}

TEST(writer, the_oldest_batch_ages_until_it_is_settled) {
  WriterFixture fixture;
  EXPECT_EQ(fixture.stat("oldest_unacked_ms"), 0);
  fixture.write(1, {"a"});
  fixture.pass(WriterFixture::kLingerMs);
  fixture.write(2, {"b"});
  fixture.pass(900);
  EXPECT_EQ(fixture.stat("oldest_unacked_ms"), WriterFixture::kLingerMs + 900);
  fixture.service.respond();
  fixture.pass(100);
  EXPECT_EQ(fixture.stat("oldest_unacked_ms"), 1000);
}

TEST(writer, retries_are_sent_before_new_records) {
  WriterFixture fixture;
  fixture.write(1, {"old"});
  fixture.pass(WriterFixture::kLingerMs);
  fixture.service.respond({true});
  fixture.write(2, {"new"});
  fixture.pass(100);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(fixture.service.calls[0].records[0].data, "old");
}

// Returns the longest wait of a record that `fail` keeps from being accepted, 200 times. Checks each wait against
// full jitter.
int64_t longest_wait_ms(void (*fail)(FakeService&), int64_t cap_ms) {
  WriterFixture fixture;
  fixture.service.summary.reset();
  fixture.write(1, {"a"});
  fixture.pass(WriterFixture::kLingerMs);
  int64_t longest_ms = 0;
  for (int rejections = 1; rejections <= 200; ++rejections) {
    fail(fixture.service);
    fixture.advance();  // requests the shards
    const int64_t wait_ms = fixture.writer.next_deadline_ms() - fixture.system.clock.now_ms;
    EXPECT_LE(wait_ms, rejections < 8 ? std::min(int64_t{100} << (rejections - 1), cap_ms) : cap_ms);
    longest_ms = std::max(longest_ms, wait_ms);
    fixture.pass(wait_ms);
  }
  return longest_ms;
}

TEST(writer, the_backoff_of_a_rejected_record_grows_to_two_seconds) {
  EXPECT_GT(longest_wait_ms([](FakeService& service) { service.respond({true}); }, 2'000), 1'000);
}

TEST(writer, the_backoff_of_a_failed_call_grows_to_ten_seconds) {
  EXPECT_GT(longest_wait_ms(
                [](FakeService& service) {
                  service.fail({Code::throttled, "PS0000", "slow down"});
                },
                10'000),
            5'000);
}

TEST(writer, a_call_with_an_unknown_outcome_is_retried_completely) {
  for (const Code code :
       {Code::transient, Code::throttled, Code::clock_skew, Code::credentials, Code::io, Code::too_large}) {
    WriterFixture fixture;
    fixture.write(1, {"a", "b"});
    fixture.pass(WriterFixture::kLingerMs);
    fixture.service.fail({code, "PS0000", "no answer"});
    EXPECT_EQ(fixture.writer.counters().failed_calls, 1);
    fixture.pass(100);
    ASSERT_EQ(fixture.service.calls.size(), 1U);
    EXPECT_EQ(fixture.service.calls[0].records.size(), 2U);
    fixture.service.respond();
    EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DELIVERED}}));
    EXPECT_EQ(fixture.writer.counters().healthy, 1);
  }
}

TEST(writer, an_invalid_response_is_an_unknown_outcome) {
  WriterFixture fixture;
  fixture.write(1, {"a", "b"});
  fixture.pass(WriterFixture::kLingerMs);
  fixture.service.take().done(aws::ServiceResponse{R"({"Records":[{"SequenceNumber":"1"}]})", 0});
  EXPECT_TRUE(fixture.settled().empty());
  fixture.pass(100);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(fixture.service.calls[0].records.size(), 2U);
}

TEST(writer, a_permanent_error_is_reported_and_retried_every_30_seconds) {
  for (const Code code : {Code::permanent, Code::not_found, Code::config}) {
    WriterFixture fixture;
    fixture.write(1, {"a"});
    fixture.pass(WriterFixture::kLingerMs);
    fixture.service.fail({code, "PS0000", "AccessDenied for role x"});
    EXPECT_EQ(fixture.writer.counters().healthy, 0);
    ASSERT_EQ(fixture.system.log.size(), 2U) << "the first line says that the stream exists";
    EXPECT_NE(fixture.system.log[1].find("AccessDenied for role x"), std::string::npos);
    fixture.pass(29'999);
    EXPECT_EQ(fixture.service.calls.size(), 0U);
    fixture.pass(1);
    ASSERT_EQ(fixture.service.calls.size(), 1U);
    fixture.service.respond();
    EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DELIVERED}}));
    EXPECT_EQ(fixture.writer.counters().healthy, 1);
  }
}

TEST(writer, a_slow_retry_does_not_delay_a_quick_one) {
  WriterFixture fixture;
  fixture.write(1, {"slow"});
  fixture.pass(WriterFixture::kLingerMs);
  fixture.service.fail({Code::permanent, "PS0000", "no"});
  fixture.write(2, {"quick"});
  fixture.pass(WriterFixture::kLingerMs);
  fixture.service.respond({true});
  fixture.pass(100);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(fixture.service.calls[0].records, (std::vector<SentRecord>{{"quick", "ls"}}));
}

TEST(writer, the_same_error_is_logged_at_most_every_ten_seconds) {
  WriterFixture fixture;
  for (uint64_t i = 0; i < 5; ++i) {
    fixture.write(i, {"a"});
    fixture.pass(WriterFixture::kLingerMs);
    fixture.service.fail({Code::permanent, "PS0000", "no"});
  }
  EXPECT_EQ(fixture.system.log.size(), 2U) << "the first line says that the stream exists";
}

TEST(writer, at_most_eight_calls_are_in_flight) {
  WriterFixture fixture;
  fixture.service.summary.reset();
  fixture.write(1, std::vector<std::string>(size_t{500} * 9, "x"));
  fixture.advance();
  EXPECT_EQ(fixture.service.calls.size(), 8U);
  EXPECT_EQ(fixture.writer.next_deadline_ms(), kNever);
  fixture.service.respond();
  EXPECT_LE(fixture.writer.next_deadline_ms(), fixture.system.clock.now_ms);
  fixture.advance();
  EXPECT_EQ(fixture.service.calls.size(), 8U);
}

TEST(writer, memory_limits_the_calls_in_flight_but_one_is_always_allowed) {
  WriterFixture fixture(size_t{64} << 10);
  fixture.service.summary.reset();
  fixture.write(1, std::vector<std::string>(20, std::string(1 << 20, 'x').substr(2)));
  fixture.pass(WriterFixture::kLingerMs);
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(fixture.service.calls.size(), 1U);
    EXPECT_EQ(fixture.writer.next_deadline_ms(), kNever);
    fixture.service.respond();
    EXPECT_EQ(fixture.settled().size(), i == 3 ? 1U : 0U);
    fixture.pass(0);
  }
}

TEST(writer, a_full_queue_leaves_memory_for_several_calls) {
  WriterFixture fixture(3 << 20);
  for (uint64_t i = 1; !fixture.writer.full(); ++i) fixture.write(i, std::vector<std::string>(500, "0123456789"));
  fixture.advance();
  EXPECT_EQ(fixture.service.calls.size(), Writer::kMaxCallsInFlight);
  EXPECT_LE(fixture.writer.counters().in_flight_bytes, 3 << 20);
}

TEST(writer, a_writer_is_full_at_two_thirds_of_its_memory_limit) {
  WriterFixture measure;
  measure.write(1, {std::string(4000, 'x')});
  const auto held = static_cast<size_t>(measure.writer.counters().in_flight_bytes);
  const size_t limit = held + held / 2;  // two thirds of it are in use
  WriterFixture full(limit);
  full.write(1, {std::string(4000, 'x')});
  EXPECT_TRUE(full.writer.full());
  WriterFixture roomy(limit + 2);
  roomy.write(1, {std::string(4000, 'x')});
  EXPECT_FALSE(roomy.writer.full());
}

TEST(writer, a_full_writer_still_accepts_records_and_has_space_again_once_they_are_settled) {
  WriterFixture fixture(size_t{64} << 10);
  EXPECT_FALSE(fixture.writer.full());
  fixture.write(1, {std::string(size_t{64} << 10, 'x')});
  EXPECT_TRUE(fixture.writer.full());
  fixture.write(2, {"more"});
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_TRUE(fixture.writer.full());
  fixture.service.respond();
  EXPECT_EQ(fixture.settled().size(), 2U);
  EXPECT_FALSE(fixture.writer.full());
}

TEST(writer, an_empty_batch_is_settled_at_once) {
  WriterFixture fixture;
  fixture.write(9, {});
  EXPECT_LE(fixture.writer.next_deadline_ms(), fixture.system.clock.now_ms);
  EXPECT_EQ(fixture.settled(), (Outcomes{{9, PENSTOCK_DELIVERED}}));
  EXPECT_TRUE(fixture.writer.idle());
}

TEST(writer, close_sends_queued_records_without_linger_and_accepts_no_more) {
  WriterFixture fixture;
  fixture.write(1, {"a"});
  fixture.writer.close();
  fixture.advance();
  EXPECT_EQ(fixture.service.calls.size(), 1U);
  const penstock_batch batch = {};
  EXPECT_EQ(fixture.writer.write(batch).code(), Code::invalid);
}

TEST(writer, released_batches_are_settled_so_and_late_responses_change_nothing) {
  WriterFixture fixture;
  fixture.write(1, std::vector<std::string>(501, "x"));
  fixture.write(2, {std::string(kMaxRecordBytes, 'x')});
  fixture.system.files.append_error = {Code::io, "PS0000", "No space left on device"};
  fixture.advance();
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  fixture.writer.close();
  fixture.writer.release();
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_RELEASED}, {2, PENSTOCK_RELEASED}}));
  EXPECT_TRUE(fixture.writer.idle());
  fixture.service.respond();
  fixture.pass(60'000);
  EXPECT_TRUE(fixture.settled().empty());
  EXPECT_TRUE(fixture.service.calls.empty());
  EXPECT_EQ(fixture.writer.counters().queued_records, 0);
}

TEST(writer, records_of_a_batch_are_read_by_stride) {
  struct NewerRecord {
    penstock_record record;
    uint64_t appended;
  };
  NewerRecord records[2] = {};
  records[0].record.body = bytes("one");
  records[1].record.body = bytes("two");
  penstock_batch batch = {};
  batch.struct_size = sizeof batch;
  batch.record_stride = sizeof(NewerRecord);
  batch.records = &records[0].record;
  batch.record_count = 2;
  batch.log_stream = bytes("ls");
  WriterFixture fixture;
  ASSERT_TRUE(fixture.writer.write(batch).ok());
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_EQ(fixture.service.calls[0].records, (std::vector<SentRecord>{{"one", "ls"}, {"two", "ls"}}));
  batch.record_stride = kFirstRecordBytes - 1;
  EXPECT_EQ(fixture.writer.write(batch).code(), Code::invalid);
}

}  // namespace
}  // namespace penstock::kinesis
