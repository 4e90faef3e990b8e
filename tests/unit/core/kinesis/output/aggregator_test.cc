#include "core/kinesis/output/aggregator.h"

#include <gtest/gtest.h>

#include <random>

#include "core/logs/decode/gunzip.h"
#include "tests/unit/core/kinesis/output/writer_fixture.h"

namespace penstock::kinesis {
namespace {

Writer::Options packed(Aggregator::Options aggregator, bool order_per_key = false) {
  return {.stream = "out",
          .mem_limit_bytes = 256 << 20,
          .calls = {.order_per_key = order_per_key, .aggregator = aggregator}};
}

constexpr Aggregator::Options kNewline = {.aggregate = Aggregator::Aggregate::newline};

std::vector<std::string> data_of(const FakeService::Call& call) {
  std::vector<std::string> data;
  for (const SentRecord& record : call.records) data.push_back(record.data);
  return data;
}

std::string inflated(std::string_view data) {
  TextBuffer out;
  EXPECT_TRUE(logs::Gunzip().inflate(data, 16 << 20, out).ok());
  return std::string(out.view());
}

TEST(aggregator, aggregate_newline_joins_records_of_a_key_and_settles_each_batch) {
  WriterFixture fixture(packed(kNewline));
  fixture.write(1, {"a", "b"});
  fixture.write(2, {"c"});
  fixture.pass(WriterFixture::kLingerMs);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(fixture.service.calls[0].records, (std::vector<SentRecord>{{"a\nb\nc", "ls"}}));
  fixture.service.respond();
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DELIVERED}, {2, PENSTOCK_DELIVERED}}));
  EXPECT_EQ(fixture.writer.counters().delivered_records, 3);
}

TEST(aggregator, records_are_joined_up_to_exactly_the_limit) {
  for (const size_t extra : {0U, 1U}) {
    WriterFixture fixture(packed(kNewline));
    // The key has two bytes, and there is a newline between the records.
    fixture.write(1, {std::string(20'000, 'x'), std::string(Aggregator::kAggregateBytes - 20'003 + extra, 'y')});
    fixture.pass(WriterFixture::kLingerMs);
    ASSERT_EQ(fixture.service.calls.size(), 1U);
    EXPECT_EQ(fixture.service.calls[0].records.size(), 1U + extra);
  }
}

TEST(aggregator, a_record_larger_than_the_aggregation_limit_is_sent_alone) {
  WriterFixture fixture(packed(kNewline));
  fixture.write(1, {"a", std::string(kMaxRecordBytes - 2, 'x'), "b"});
  fixture.pass(WriterFixture::kLingerMs);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(fixture.service.calls[0].records.size(), 3U);
}

TEST(aggregator, joined_records_that_were_rejected_are_retried_together_and_counted) {
  WriterFixture fixture(packed(kNewline));
  fixture.write(1, {"a", "b"});
  fixture.pass(WriterFixture::kLingerMs);
  fixture.service.respond({true});
  fixture.write(2, {"c"});
  fixture.pass(2'000);
  ASSERT_GE(fixture.service.calls.size(), 1U);
  EXPECT_EQ(data_of(fixture.service.calls[0])[0], "a\nb");
  while (!fixture.service.calls.empty()) fixture.service.respond();
  EXPECT_EQ(fixture.settled().size(), 2U);
  EXPECT_EQ(fixture.writer.counters().rejected_records, 2);
  EXPECT_EQ(fixture.writer.counters().retries, 2);
}

TEST(aggregator, more_than_500_records_share_a_call_if_aggregated) {
  WriterFixture fixture(packed(kNewline));
  fixture.write(1, std::vector<std::string>(5000, "0123456789"));
  fixture.pass(WriterFixture::kLingerMs);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(fixture.service.calls[0].records.size(), 2U);
}

TEST(aggregator, append_newline_ends_each_record_or_aggregate) {
  for (const auto aggregate : {Aggregator::Aggregate::none, Aggregator::Aggregate::newline}) {
    WriterFixture fixture(packed({.aggregate = aggregate, .append_newline = true}));
    fixture.write(1, {"a", "b"});
    fixture.pass(WriterFixture::kLingerMs);
    const std::vector<std::string> wanted = aggregate == Aggregator::Aggregate::none
                                                ? std::vector<std::string>{"a\n", "b\n"}
                                                : std::vector<std::string>{"a\nb\n"};
    EXPECT_EQ(data_of(fixture.service.calls.at(0)), wanted);
  }
}

TEST(aggregator, gzip_round_trips) {
  for (const auto aggregate : {Aggregator::Aggregate::none, Aggregator::Aggregate::newline}) {
    WriterFixture fixture(packed({.aggregate = aggregate, .append_newline = true, .gzip = true}));
    fixture.write(1, {"a", std::string(30'000, 'x')});
    fixture.pass(WriterFixture::kLingerMs);
    std::string all;
    for (const std::string& data : data_of(fixture.service.calls.at(0))) {
      EXPECT_LT(data.size(), 200U);
      all += inflated(data);
    }
    EXPECT_EQ(all, "a\n" + std::string(30'000, 'x') + "\n");
  }
}

TEST(aggregator, data_that_gzip_cannot_compress_still_fits_the_stream) {
  std::mt19937_64 dice(7);
  std::string noise(kMaxRecordBytes, '\0');
  for (char& byte : noise) byte = static_cast<char>(dice());
  WriterFixture fixture(packed({.gzip = true}));
  const size_t most = kMaxRecordBytes - 2 - kMaxRecordBytes / 1000 - kGzipOverheadBytes;
  fixture.write(1, {noise.substr(0, most)});
  fixture.write(2, {noise.substr(0, most + 2)});
  fixture.pass(WriterFixture::kLingerMs);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  const std::vector<std::string> data = data_of(fixture.service.calls[0]);
  ASSERT_EQ(data.size(), 1U);
  EXPECT_LE(data[0].size() + 2, kMaxRecordBytes);
  EXPECT_EQ(inflated(data[0]), noise.substr(0, most));
  EXPECT_EQ(fixture.settled(), (Outcomes{{2, PENSTOCK_DEAD_LETTERED}}));
}

TEST(aggregator, with_ordering_a_call_has_one_record_of_a_key_and_the_next_waits) {
  WriterFixture fixture(packed({}, true));
  fixture.write(1, {"a", "b"});
  fixture.pass(60'000);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(data_of(fixture.service.calls[0]), std::vector<std::string>{"a"});
  EXPECT_EQ(fixture.writer.counters().queued_records, 1);
  fixture.service.respond();
  fixture.pass(0);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(data_of(fixture.service.calls[0]), std::vector<std::string>{"b"});
  fixture.service.respond();
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DELIVERED}}));
}

TEST(aggregator, with_ordering_and_newline_records_that_wait_are_joined) {
  WriterFixture fixture(packed(kNewline, true));
  fixture.write(1, {"a", "b"});
  fixture.pass(WriterFixture::kLingerMs);
  fixture.write(2, {"c", "d"});
  fixture.write(3, {"e"});
  fixture.pass(WriterFixture::kLingerMs);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(data_of(fixture.service.calls[0]), std::vector<std::string>{"a\nb"});
  fixture.service.respond();
  fixture.pass(0);
  ASSERT_EQ(fixture.service.calls.size(), 1U);
  EXPECT_EQ(data_of(fixture.service.calls[0]), std::vector<std::string>{"c\nd\ne"});
}

TEST(aggregator, with_ordering_a_record_that_can_never_be_sent_blocks_none_of_its_key) {
  Writer::Options with = packed({}, true);
  with.record_retry_limit = 1;
  WriterFixture fixture(std::move(with));
  fixture.write(1, {std::string(kMaxRecordBytes, 'x'), "bad", "good"});
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_EQ(data_of(fixture.service.calls.at(0)), std::vector<std::string>{"bad"});
  fixture.service.respond({true});
  fixture.pass(2'000);
  fixture.service.respond({true});
  fixture.pass(0);
  EXPECT_EQ(data_of(fixture.service.calls.at(0)), std::vector<std::string>{"good"});
  fixture.service.respond();
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DEAD_LETTERED}}));
  EXPECT_EQ(fixture.writer.counters().dead_letters, 2);
}

TEST(aggregator, with_ordering_waiting_records_are_released_with_the_rest) {
  WriterFixture fixture(packed({}, true));
  fixture.write(1, {"a", "b"});
  fixture.pass(WriterFixture::kLingerMs);
  fixture.writer.close();
  fixture.writer.release();
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_RELEASED}}));
  EXPECT_EQ(fixture.writer.counters().queued_records, 0);
}

}  // namespace
}  // namespace penstock::kinesis
