#include "core/kinesis/input/record_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/bytes.h"
#include "tests/gzip.h"
#include "tests/kpl_bytes.h"

namespace penstock::kinesis {
namespace {

using Lines = std::vector<std::string>;

constexpr int64_t kArrivalMs = 1'700'000'000'123;

std::string message(const std::string& id, const std::string& type = "DATA_MESSAGE") {
  return R"({"messageType":")" + type +
         R"(","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[{"id":")" + id +
         R"(","timestamp":5,"message":"m)" + id + "\"}]}";
}

// Returns everything that was decoded from a record: a line for each user record, with its sub-sequence number and
// partition key, for each event, and for each problem.
Lines decode_all(RecordDecoder& decoder, const std::string& data, const HashKeyRange& range = {}) {
  penstock_batch origin = {};
  origin.struct_size = sizeof origin;
  origin.sequence_number = bytes("42");
  origin.shard_id = bytes("shardId-000000000000");
  origin.partition_key = bytes("outer");
  origin.arrival_time_ms = kArrivalMs;
  decoder.begin(data, origin, range);
  Lines lines;
  penstock_batch batch = {};
  while (decoder.next_user_record()) {
    lines.push_back(std::to_string(decoder.origin().sub_sequence_number) + " " +
                    std::string(view(decoder.origin().partition_key)));
    while (decoder.next(batch)) {
      EXPECT_EQ(batch.sub_sequence_number, decoder.origin().sub_sequence_number);
      EXPECT_EQ(view(batch.partition_key), view(decoder.origin().partition_key));
      EXPECT_EQ(view(batch.sequence_number), "42");
      EXPECT_EQ(batch.arrival_time_ms, kArrivalMs);
      for (uint64_t i = 0; i < batch.record_count; ++i) {
        const penstock_record& event = batch.records[i];
        const bool is_arrival = (event.flags & PENSTOCK_RECORD_TIME_IS_ARRIVAL) != 0;
        EXPECT_EQ(event.time_ms, is_arrival ? kArrivalMs : 5);
        lines.push_back((is_arrival ? "  raw " : "  event ") + std::string(view(batch.log_group)) + " " +
                        std::string(view(event.id)) + " " + std::string(view(event.body)));
      }
    }
    if (!decoder.problem().ok()) lines.push_back("  problem with " + std::to_string(decoder.data().size()));
  }
  EXPECT_FALSE(decoder.next_user_record());
  return lines;
}

Lines decode_all(const std::string& data, DecodeOptions options = {}, const HashKeyRange& range = {}) {
  RecordDecoder decoder(options);
  return decode_all(decoder, data, range);
}

Lines problem_with(const std::string& data) {
  return {"0 outer", "  problem with " + std::to_string(data.size())};
}
Lines raw(const std::string& data) { return {"0 outer", "  raw  shardId-000000000000:42:0 " + data}; }

constexpr DecodeOptions kMessages{.format = RecordFormat::cloudwatch_logs};
constexpr DecodeOptions kRaw{.format = RecordFormat::raw};
const Lines kOneEvent = {"0 outer", "  event g 1 m1"};

// Returns a record of user records with the partition keys k0, k1, ...
std::string aggregated(const Lines& data) {
  std::string text;
  for (size_t i = 0; i < data.size(); ++i) text += kpl_bytes::partition_key("k" + std::to_string(i));
  for (size_t i = 0; i < data.size(); ++i) text += kpl_bytes::user_record(i, data[i]);
  return kpl_bytes::sealed(text);
}

std::string decimal(HashKey key) {
  std::string text;
  append_decimal(text, key);
  return text;
}

// The same, with the explicit hash keys 0, 1, ... instead of those of the partition keys.
std::string aggregated_at(const std::vector<int>& hash_keys) {
  std::string text = kpl_bytes::partition_key("k");
  for (const int key : hash_keys) text += kpl_bytes::explicit_hash_key(std::to_string(key));
  for (size_t i = 0; i < hash_keys.size(); ++i)
    text += kpl_bytes::user_record(0, "at " + std::to_string(hash_keys[i]), kpl_bytes::number_field(2, i));
  return kpl_bytes::sealed(text);
}

TEST(record_decoder, messages_are_detected_and_everything_else_is_raw) {
  EXPECT_EQ(decode_all(gzip(message("1"))), kOneEvent);
  EXPECT_EQ(decode_all(message("1")), kOneEvent);
  EXPECT_EQ(decode_all(" \n" + message("1")), kOneEvent);
  for (const std::string text :
       {"START RequestId: x", "{\"level\":\"info\"}", "[1]", "{", "\"text\"", "", " ", "\xFF\xFE"})
    EXPECT_EQ(decode_all(text), raw(text)) << text;
}

TEST(record_decoder, an_applications_json_is_raw_even_if_it_mentions_messages) {
  for (const std::string& text :
       {std::string(R"({"messageType":"order","id":7})"), std::string(R"({"messageType":7})"),
        std::string(R"({"text":"\"messageType\":\"DATA_MESSAGE\""})"),
        R"({"text":"{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[]}"})" + std::string(3, ' '),
        std::string(R"([{"messageType":"DATA_MESSAGE"}])"), std::string(R"({"messageType")")})
    EXPECT_EQ(decode_all(text), raw(text)) << text;
}

TEST(record_decoder, a_truncated_or_damaged_message_is_never_raw) {
  const std::string zipped = gzip(message("1"));
  for (size_t size = 2; size < zipped.size(); ++size)
    EXPECT_EQ(decode_all(zipped.substr(0, size)), problem_with(zipped.substr(0, size))) << size;
  std::string damaged = zipped;
  damaged[damaged.size() / 2] ^= 0x55;
  EXPECT_EQ(decode_all(damaged), problem_with(damaged));
  const std::string plain = message("1");
  for (size_t size = plain.find("DATA_MESSAGE\"") + 13; size < plain.size(); ++size)
    EXPECT_EQ(decode_all(plain.substr(0, size)), problem_with(plain.substr(0, size))) << size;
  EXPECT_EQ(decode_all(gzip("no message")), problem_with(gzip("no message")));
}

TEST(record_decoder, members_of_a_message_may_have_any_order_and_white_space) {
  EXPECT_EQ(
      decode_all("{ \"logGroup\" : \"g\", \"logEvents\":[{\"id\":\"1\",\"timestamp\":5,\"message\":\"m1\"}],\n"
                 "  \"messageType\" :\t\"DATA_MESSAGE\" }"),
      kOneEvent);
}

TEST(record_decoder, control_messages_have_no_events_in_either_format) {
  for (const std::string& data : {gzip(message("1", "CONTROL_MESSAGE")), message("1", "CONTROL_MESSAGE")}) {
    RecordDecoder decoder{DecodeOptions{}};
    EXPECT_EQ(decode_all(decoder, data), Lines{"0 outer"});
    EXPECT_EQ(decoder.messages().control_messages, 1);
  }
}

TEST(record_decoder, with_format_cloudwatch_logs_everything_else_is_a_problem) {
  EXPECT_EQ(decode_all(gzip(message("1")), kMessages), kOneEvent);
  EXPECT_EQ(decode_all(message("1"), kMessages), kOneEvent);
  for (const std::string text : {"text", "{\"level\":\"info\"}", ""})
    EXPECT_EQ(decode_all(text, kMessages), problem_with(text)) << text;
}

TEST(record_decoder, with_format_raw_each_record_is_one_unchanged_event) {
  for (const std::string& data : {gzip(message("1")), message("1"), std::string("text"), std::string()})
    EXPECT_EQ(decode_all(data, kRaw), raw(data));
  RecordDecoder decoder(kRaw);
  decode_all(decoder, "12345");
  EXPECT_EQ(decoder.counters().raw_events, 1);
  EXPECT_EQ(decoder.counters().raw_bytes, 5);
  EXPECT_EQ(decoder.text_bytes(), 5);
}

TEST(record_decoder, the_id_of_a_raw_event_contains_its_shard_and_requires_a_sequence_number) {
  const auto id_of = [](const char* shard_id, const char* sequence_number) {
    RecordDecoder decoder(kRaw);
    penstock_batch origin = {};
    origin.shard_id = bytes(shard_id);
    origin.sequence_number = bytes(sequence_number);
    decoder.begin("x", origin, {});
    penstock_batch batch = {};
    EXPECT_TRUE(decoder.next_user_record() && decoder.next(batch));
    return std::string(view(batch.records[0].id));
  };
  EXPECT_EQ(id_of("shardId-000000000000", "42"), "shardId-000000000000:42:0");
  EXPECT_EQ(id_of("shardId-000000000001", "42"), "shardId-000000000001:42:0");
  EXPECT_EQ(id_of("", "42"), "42") << "a record of a queue";
  EXPECT_EQ(id_of("shardId-000000000000", ""), "");
}

TEST(record_decoder, aggregated_records_are_split_and_an_invalid_one_does_not_affect_others) {
  const std::string cut = gzip(message("2")).substr(0, 20);
  RecordDecoder decoder{DecodeOptions{}};
  EXPECT_EQ(decode_all(decoder, aggregated({gzip(message("1")), cut, "text", gzip(message("4"))})),
            (Lines{"0 k0", "  event g 1 m1", "1 k1", "  problem with 20", "2 k2",
                   "  raw  shardId-000000000000:42:2 text", "3 k3", "  event g 4 m4"}));
  EXPECT_EQ(decoder.counters().aggregated_records, 1);
  EXPECT_EQ(decoder.counters().user_records, 4);
  EXPECT_EQ(decoder.counters().outside_range, 0);
}

TEST(record_decoder, line_ends_after_gzip_data_of_records_and_user_records_are_ignored) {
  const std::string one = gzip(message("1"));
  for (const std::string end : {"\n", "\r\n", "\n\n"}) {
    EXPECT_EQ(decode_all(one + end), kOneEvent);
    RecordDecoder decoder{DecodeOptions{}};
    EXPECT_EQ(decode_all(decoder, aggregated({one + end, one + end + gzip(message("2")) + end})),
              (Lines{"0 k0", "  event g 1 m1", "1 k1", "  event g 1 m1", "  event g 2 m2"}));
  }
}

TEST(record_decoder, decoding_may_switch_to_another_record_at_any_user_record) {
  RecordDecoder decoder{DecodeOptions{}};
  const std::string data = aggregated({message("1") + message("2"), message("3")});
  decoder.begin(data, {}, {});
  penstock_batch batch = {};
  ASSERT_TRUE(decoder.next_user_record());
  ASSERT_TRUE(decoder.next(batch));
  ASSERT_TRUE(decoder.next_user_record());
  ASSERT_TRUE(decoder.next(batch));
  EXPECT_EQ(view(batch.records[0].id), "3");
  EXPECT_FALSE(decoder.next(batch));
  EXPECT_FALSE(decoder.next(batch));
  EXPECT_TRUE(decoder.problem().ok());
}

TEST(record_decoder, a_record_suspended_at_any_batch_continues_after_it_and_is_counted_once) {
  const std::string data = aggregated(
      {message("1") + message("2"), "text", gzip(message("4") + message("5") + message("6")), message("7")});
  penstock_batch origin = {};
  origin.sequence_number = bytes("42");
  const Lines all = {"1", "2", "42:1", "4", "5", "6", "7"};
  for (size_t left_at = 1; left_at <= all.size(); ++left_at) {
    SCOPED_TRACE(left_at);
    RecordDecoder decoder{DecodeOptions{}};
    decoder.begin(data, origin, {});
    Lines ids;
    penstock_batch batch = {};
    while (decoder.next_user_record()) {
      while (decoder.next(batch)) {
        ids.emplace_back(view(batch.records[0].id));
        if (ids.size() != left_at) continue;
        const DecodePosition through = decoder.position();
        decode_all(decoder, gzip(message("of another")));
        decoder.resume(data, origin, {}, through, batch);
        EXPECT_EQ(view(batch.records[0].id), ids.back());
      }
      EXPECT_TRUE(decoder.problem().ok());
    }
    EXPECT_EQ(ids, all);
    EXPECT_EQ(decoder.counters().aggregated_records, 1);
    EXPECT_EQ(decoder.counters().user_records, 4);
    EXPECT_EQ(decoder.counters().raw_events, 1);
    EXPECT_EQ(decoder.messages().events, 7);
    EXPECT_EQ(decoder.text_bytes(),
              static_cast<int64_t>(6 * message("1").size() + message("of another").size() + 4));
  }
}

TEST(record_decoder, exactly_the_user_records_outside_the_hash_key_range_are_skipped_and_counted) {
  RecordDecoder decoder(kRaw);
  EXPECT_EQ(
      decode_all(decoder, aggregated_at({10, 9, 15, 20, 21}), {10, 20}),
      (Lines{"0 k", "  raw  shardId-000000000000:42:0 at 10", "1 k", "2 k",
             "  raw  shardId-000000000000:42:2 at 15", "3 k", "  raw  shardId-000000000000:42:3 at 20", "4 k"}));
  EXPECT_FALSE(decoder.in_unexpected_shard());
  EXPECT_EQ(decoder.counters().user_records, 5);
  EXPECT_EQ(decoder.counters().outside_range, 2);
}

TEST(record_decoder, without_a_hash_key_range_all_user_records_are_emitted) {
  RecordDecoder decoder({.format = RecordFormat::raw, .hash_range_rule = false});
  EXPECT_EQ(
      decode_all(decoder, aggregated_at({9, 21}), {10, 20}),
      (Lines{"0 k", "  raw  shardId-000000000000:42:0 at 9", "1 k", "  raw  shardId-000000000000:42:1 at 21"}));
  EXPECT_EQ(decoder.counters().outside_range, 0);
}

TEST(record_decoder, without_an_explicit_hash_key_the_hash_of_the_partition_key_counts) {
  const HashKey hash = *hash_of_partition_key("k0");
  const std::string data = kpl_bytes::sealed(
      kpl_bytes::partition_key("k0") + kpl_bytes::explicit_hash_key(decimal(hash)) +
      kpl_bytes::user_record(0, "x", kpl_bytes::number_field(2, 0)) + kpl_bytes::user_record(0, "y"));
  for (const HashKeyRange range : {HashKeyRange{hash, hash}, {hash, kLastHashKey}, {0, hash}})
    EXPECT_EQ(decode_all(data, kRaw, range),
              (Lines{"0 k0", "  raw  shardId-000000000000:42:0 x", "1 k0", "  raw  shardId-000000000000:42:1 y"}));
  const std::string other = kpl_bytes::sealed(kpl_bytes::partition_key("k0") + kpl_bytes::explicit_hash_key("0") +
                                              kpl_bytes::user_record(0, "x", kpl_bytes::number_field(2, 0)) +
                                              kpl_bytes::user_record(0, "y"));
  EXPECT_EQ(decode_all(other, kRaw, {0, hash}).size(), 4U);
  EXPECT_EQ(decode_all(other, kRaw, {0, hash - 1}), (Lines{"0 k0", "  raw  shardId-000000000000:42:0 x", "1 k0"}));
}

TEST(record_decoder, no_user_record_is_skipped_if_the_first_one_shows_that_keys_did_not_choose_the_shard) {
  RecordDecoder decoder(kRaw);
  EXPECT_EQ(decode_all(decoder, aggregated_at({9, 10, 21}), {10, 20}),
            (Lines{"0 k", "  raw  shardId-000000000000:42:0 at 9", "1 k", "  raw  shardId-000000000000:42:1 at 10",
                   "2 k", "  raw  shardId-000000000000:42:2 at 21"}));
  EXPECT_TRUE(decoder.in_unexpected_shard());
  EXPECT_EQ(decoder.counters().outside_range, 0);
  decode_all(decoder, aggregated_at({10, 21}), {10, 20});
  EXPECT_FALSE(decoder.in_unexpected_shard());
  EXPECT_EQ(decoder.counters().outside_range, 1) << "the next record is judged by its own first user record";
}

TEST(record_decoder, an_invalid_hash_key_skips_no_user_record) {
  const std::string data = kpl_bytes::sealed(kpl_bytes::partition_key("k") + kpl_bytes::explicit_hash_key("many") +
                                             kpl_bytes::user_record(0, "x", kpl_bytes::number_field(2, 0)));
  EXPECT_EQ(decode_all(data, kRaw, {0, 0}), (Lines{"0 k", "  raw  shardId-000000000000:42:0 x"}));
}

TEST(record_decoder, the_hash_key_range_applies_only_to_aggregated_records) {
  EXPECT_EQ(decode_all("x", kRaw, {0, 0}), raw("x"));
}

TEST(record_decoder, an_extracted_user_record_keeps_its_number_and_name_whatever_its_content) {
  RecordDecoder decoder(kRaw);
  penstock_batch origin = {};
  origin.sequence_number = bytes("42");
  origin.sub_sequence_number = 3;
  const std::string data = aggregated({"a", "b"});
  decoder.begin(data, origin, {});
  ASSERT_TRUE(decoder.next_user_record());
  penstock_batch batch = {};
  ASSERT_TRUE(decoder.next(batch));
  EXPECT_EQ(batch.sub_sequence_number, 3U);
  EXPECT_EQ(view(batch.records[0].id), "42:3");
  EXPECT_EQ(view(batch.records[0].body), data);
  EXPECT_FALSE(decoder.next_user_record());
}

TEST(record_decoder, a_damaged_aggregated_record_is_raw_only_on_request) {
  std::string damaged = aggregated({gzip(message("1"))});
  damaged.back() ^= 1;
  EXPECT_EQ(decode_all(damaged), problem_with(damaged));
  EXPECT_EQ(decode_all(damaged, kMessages), problem_with(damaged));
  EXPECT_EQ(decode_all(damaged, kRaw), raw(damaged));
}

TEST(record_decoder, an_aggregated_record_with_too_long_a_key_is_one_problem_in_any_format) {
  std::string text = kpl_bytes::partition_key(std::string(257, 'k'));
  for (int i = 0; i < 3; ++i) text += kpl_bytes::user_record(0, gzip(message("1")));
  const std::string data = kpl_bytes::sealed(text);
  for (const DecodeOptions& options : {DecodeOptions{}, kMessages, kRaw}) {
    RecordDecoder decoder(options);
    EXPECT_EQ(decode_all(decoder, data), problem_with(data));
    EXPECT_EQ(decoder.counters().aggregated_records, 0);
    EXPECT_EQ(decode_all(decoder, "text", {}).size(), 2U) << "it leaves no state";
  }
  EXPECT_EQ(decode_all(data, {.format = RecordFormat::raw, .deaggregate = false}), raw(data));
}

TEST(record_decoder, without_deaggregation_an_aggregated_record_is_an_ordinary_record) {
  const std::string data = aggregated({gzip(message("1"))});
  EXPECT_EQ(decode_all(data, {.format = RecordFormat::raw, .deaggregate = false}), raw(data));
  RecordDecoder decoder({.deaggregate = false});
  EXPECT_EQ(decode_all(decoder, data), problem_with(data));
  decoder.begin(data, {}, {});
  ASSERT_TRUE(decoder.next_user_record());
  EXPECT_NE(decoder.problem().message().find("deaggregate is off"), std::string::npos);
  EXPECT_EQ(decoder.counters().aggregated_records, 0);
}

TEST(record_decoder, a_record_does_not_affect_the_next) {
  RecordDecoder decoder{DecodeOptions{}};
  const std::string cut = gzip(message("2")).substr(0, 20);
  for (int turn = 0; turn < 2; ++turn) {
    EXPECT_EQ(decode_all(decoder, aggregated({"a", cut})),
              (Lines{"0 k0", "  raw  shardId-000000000000:42:0 a", "1 k1", "  problem with 20"}));
    EXPECT_EQ(decode_all(decoder, "text"), raw("text"));
    EXPECT_EQ(decode_all(decoder, cut), problem_with(cut));
    EXPECT_EQ(decode_all(decoder, gzip(message("1"))), kOneEvent);
  }
}

TEST(record_decoder, each_user_record_may_inflate_to_the_limit) {
  const std::string text = message("1");
  const std::string data = aggregated({gzip(text), gzip(text)});
  EXPECT_EQ(decode_all(data, {.inflate_limit_bytes = text.size()}),
            (Lines{"0 k0", "  event g 1 m1", "1 k1", "  event g 1 m1"}));
  const std::string problem = "  problem with " + std::to_string(gzip(text).size());
  EXPECT_EQ(decode_all(data, {.inflate_limit_bytes = text.size() - 1}), (Lines{"0 k0", problem, "1 k1", problem}));
}

}  // namespace
}  // namespace penstock::kinesis
