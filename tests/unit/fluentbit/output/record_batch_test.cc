#include "fluentbit/output/record_batch.h"

#include <gtest/gtest.h>

#include "tests/unit/fluentbit/output/chunks.h"

namespace penstock::fluentbit {
namespace {

std::vector<std::string> bodies(RecordBatch& records) {
  std::vector<std::string> out;
  const penstock_batch& batch = records.batch(0);
  for (uint64_t i = 0; i < batch.record_count; ++i)
    out.emplace_back(batch.records[i].body.data, batch.records[i].body.size);
  return out;
}

std::vector<uint32_t> flags(RecordBatch& records) {
  std::vector<uint32_t> out;
  const penstock_batch& batch = records.batch(0);
  for (uint64_t i = 0; i < batch.record_count; ++i) out.push_back(batch.records[i].flags);
  return out;
}

RecordBatch plain() { return RecordBatch(RecordFormat({})); }

constexpr uint32_t kJson = PENSTOCK_RECORD_JSON;
constexpr uint32_t kUnreadable = PENSTOCK_RECORD_UNREADABLE;

TEST(fluentbit_record_batch, a_batch_has_a_record_for_each_event_and_leaves_the_key_to_the_output) {
  RecordBatch records = plain();
  const std::string chunk = log_event("a") + log_event("b");
  EXPECT_EQ(records.fill(chunk, 0), chunk.size());
  EXPECT_EQ(bodies(records), (std::vector<std::string>{json_of("a"), json_of("b")}));
  EXPECT_EQ(records.events(), 2u);
  const penstock_batch& batch = records.batch(7);
  EXPECT_EQ(batch.ack_id, 7u);
  EXPECT_EQ(batch.struct_size, sizeof(penstock_batch));
  EXPECT_EQ(batch.record_stride, sizeof(penstock_record));
  EXPECT_EQ(batch.records[1].time_ms, 1'700'000'000'123);
  EXPECT_EQ(batch.records[1].flags, kJson);
  EXPECT_EQ(batch.records[1].key.size, 0u);
  EXPECT_EQ(batch.log_stream.size, 0u);
}

TEST(fluentbit_record_batch, a_batch_of_an_empty_chunk_is_empty) {
  RecordBatch records = plain();
  EXPECT_EQ(records.fill("", 0), 0u);
  EXPECT_EQ(records.size(), 0u);
}

TEST(fluentbit_record_batch, a_batch_stops_when_full_and_continues_there) {
  RecordBatch records = plain();
  const std::string half(RecordBatch::kBytes / 2, 'x');
  const std::string first = log_event(half) + log_event(half), chunk = first + log_event("last");
  EXPECT_EQ(records.fill(chunk, 0), first.size());
  EXPECT_EQ(records.size(), 2u);
  EXPECT_EQ(records.fill(chunk, first.size()), chunk.size());
  EXPECT_EQ(bodies(records), (std::vector<std::string>{json_of("last")}));
}

TEST(fluentbit_record_batch, a_batch_with_one_byte_less_is_not_full) {
  RecordBatch records = plain();
  const std::string text(RecordBatch::kBytes - 1 - json_of("").size(), 'x');
  const std::string chunk = log_event(text) + log_event("b");
  EXPECT_EQ(records.fill(chunk, 0), chunk.size());
  EXPECT_EQ(records.size(), 2u);
  const std::string longer = log_event(text + "x") + log_event("b");
  EXPECT_LT(records.fill(longer, 0), longer.size());
  EXPECT_EQ(records.size(), 1u);
}

TEST(fluentbit_record_batch, a_truncated_event_becomes_a_dead_letter_and_earlier_ones_are_delivered) {
  RecordBatch records = plain();
  const std::string tail = log_event("cut").substr(0, 9), chunk = log_event("a") + tail;
  EXPECT_EQ(records.fill(chunk, 0), chunk.size());
  EXPECT_EQ(bodies(records), (std::vector<std::string>{json_of("a"), tail}));
  EXPECT_EQ(flags(records), (std::vector<uint32_t>{kJson, kUnreadable}));
  EXPECT_EQ(records.unreadable_bytes(), tail.size());
}

TEST(fluentbit_record_batch, values_that_are_not_events_become_dead_letters) {
  RecordBatch records = plain();
  const std::string other = "\xa5other";
  const std::string chunk = other + log_event("a") + other + other + log_event("b") + other;
  EXPECT_EQ(records.fill(chunk, 0), chunk.size());
  EXPECT_EQ(bodies(records), (std::vector<std::string>{other, json_of("a"), other + other, json_of("b"), other}));
  EXPECT_EQ(flags(records), (std::vector<uint32_t>{kUnreadable, kJson, kUnreadable, kJson, kUnreadable}));
  EXPECT_EQ(records.events(), 2u);
}

TEST(fluentbit_record_batch, a_chunk_that_is_not_msgpack_becomes_one_dead_letter) {
  RecordBatch records = plain();
  EXPECT_EQ(records.fill("\xc1 what", 0), 6u);
  EXPECT_EQ(bodies(records), (std::vector<std::string>{"\xc1 what"}));
  EXPECT_EQ(records.events(), 0u);
}

TEST(fluentbit_record_batch, a_batch_has_exactly_the_receipts_of_its_events) {
  RecordBatch records = plain();
  const std::string one(PENSTOCK_RECEIPT_BYTES, '1'), two(PENSTOCK_RECEIPT_BYTES, '2');
  records.fill(log_event("a", one) + log_event("b") + log_event("c", two), 0);
  EXPECT_EQ(records.receipts(), one + two);
  records.fill(log_event("a", one.substr(1)) + log_event("b", one + "1"), 0);
  EXPECT_EQ(records.receipts(), "");
}

TEST(fluentbit_record_batch, a_batch_has_every_receipt_of_an_event_that_the_agent_merged) {
  std::string chunk;
  MsgpackWriter writer(chunk);
  writer.array(2);
  writer.array(2);
  writer.event_time(0);
  writer.map(3);
  const std::string one(PENSTOCK_RECEIPT_BYTES, '1'), two(PENSTOCK_RECEIPT_BYTES, '2');
  for (const std::string& receipt : {one, two}) {
    writer.text("penstock");
    writer.binary(receipt);
  }
  writer.text("other");
  writer.binary(one);
  writer.map(1);
  writer.text("log");
  writer.text("a");
  RecordBatch records = plain();
  records.fill(chunk, 0);
  EXPECT_EQ(records.receipts(), one + two);
}

TEST(fluentbit_record_batch, events_without_the_log_key_are_counted_and_keep_their_receipts) {
  RecordFormat::Options options;
  options.log_key = "message";
  RecordBatch records{RecordFormat(options)};
  const std::string receipt(PENSTOCK_RECEIPT_BYTES, '1');
  records.fill(log_event("a", receipt), 0);
  EXPECT_EQ(records.size(), 0u);
  EXPECT_EQ(records.events(), 1u);
  EXPECT_EQ(records.without_log_key(), 1u);
  EXPECT_EQ(records.receipts(), receipt);
}

TEST(fluentbit_record_batch, a_batch_with_a_distant_time_does_not_overflow) {
  std::string chunk;
  MsgpackWriter writer(chunk);
  writer.array(2);
  writer.unsigned_integer(UINT64_MAX);
  writer.map(1);
  writer.text("log");
  writer.text("a");
  RecordBatch records = plain();
  records.fill(chunk, 0);
  EXPECT_GE(records.batch(0).records[0].time_ms, 253'402'300'799'000);
}

}  // namespace
}  // namespace penstock::fluentbit
