// The writer with aggregate kpl and fakes: a stream of two shards, each with half of the hash keys.
#include <gtest/gtest.h>

#include "core/kinesis/kpl_record.h"
#include "tests/unit/core/kinesis/output/writer_fixture.h"

namespace penstock::kinesis {
namespace {

// By their MD5, "a" and "c" belong to the lower half, "b", "d", "e" and "f" to the upper one.
constexpr std::string_view kTwoShards =
    R"({"Shards":[{"ShardId":"low","HashKeyRange":{"StartingHashKey":"0",)"
    R"("EndingHashKey":"170141183460469231731687303715884105727"},"SequenceNumberRange":{}},)"
    R"({"ShardId":"high","HashKeyRange":{"StartingHashKey":"170141183460469231731687303715884105728",)"
    R"("EndingHashKey":"340282366920938463463374607431768211455"},"SequenceNumberRange":{}}]})";
constexpr std::string_view kOneShard =
    R"({"Shards":[{"ShardId":"merged","HashKeyRange":{"StartingHashKey":"0",)"
    R"("EndingHashKey":"340282366920938463463374607431768211455"},"SequenceNumberRange":{}}]})";

struct Keyed {
  std::string key, data;
};

struct KplFixture : WriterFixture {
  explicit KplFixture(Aggregator::Options aggregator = {}, bool order_per_key = false)
      : WriterFixture(options(aggregator, order_per_key)) {}

  static Writer::Options options(Aggregator::Options aggregator, bool order_per_key) {
    aggregator.aggregate = Aggregator::Aggregate::kpl;
    return {.stream = "out",
            .mem_limit_bytes = 256 << 20,
            .calls = {.order_per_key = order_per_key, .aggregator = aggregator}};
  }

  void list(std::string_view shards) {
    advance();
    ASSERT_EQ(service.questions.size(), 1U);
    EXPECT_EQ(service.questions[0].operation, "ListShards");
    service.take_question().done(aws::ServiceResponse{std::string(shards)});
  }

  void write_keyed(uint64_t ack_id, const std::vector<Keyed>& keyed) {
    std::vector<penstock_record> records(keyed.size());
    for (size_t i = 0; i < keyed.size(); ++i) {
      records[i].key = bytes(keyed[i].key);
      records[i].body = bytes(keyed[i].data);
    }
    penstock_batch batch = origin(ack_id);
    batch.records = records.data();
    batch.record_count = records.size();
    ASSERT_TRUE(writer.write(batch).ok());
  }

  // Returns the oldest call: each record is "key: data" or, if it is aggregated, "key: key=data key=data".
  std::vector<std::string> sent() const {
    std::vector<std::string> lines;
    if (service.calls.empty()) return lines;
    KplRecord reader;
    for (const SentRecord& record : service.calls[0].records) {
      std::string line = record.key + ":";
      if (reader.open(record.data))
        for (KplUserRecord one; reader.next(one);)
          line += " " + std::string(one.partition_key) + "=" + std::string(one.data);
      else
        line += " " + record.data;
      lines.push_back(line);
    }
    return lines;
  }

  // Answers the oldest call: each record was accepted by the shard of that name, or rejected if the name is "".
  void respond(const std::vector<std::string>& shards) {
    const FakeService::Call call = service.take();
    ASSERT_EQ(call.records.size(), shards.size());
    std::string body = R"({"Records":[)";
    for (const std::string& shard : shards)
      body += std::string(&shard == shards.data() ? "" : ",") +
              (shard.empty() ? R"({"ErrorCode":"InternalFailure"})"
                             : R"({"SequenceNumber":"49","ShardId":")" + shard + "\"}");
    call.done(aws::ServiceResponse{body + "]}"});
  }
};

using Lines = std::vector<std::string>;

TEST(kpl_aggregator, records_of_one_shard_share_an_aggregate_with_the_key_of_the_first) {
  KplFixture fixture;
  fixture.list(kTwoShards);
  fixture.write_keyed(1, {{"a", "1"}, {"b", "2"}, {"c", "3"}});
  fixture.write_keyed(2, {{"d", "4"}, {"a", "5"}});
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_EQ(fixture.sent(), (Lines{"a: a=1 c=3 a=5", "b: b=2 d=4"}));
  fixture.respond({"low", "high"});
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DELIVERED}, {2, PENSTOCK_DELIVERED}}));
  EXPECT_EQ(fixture.writer.counters().delivered_records, 5);
  EXPECT_EQ(fixture.writer.counters().misrouted_records, 0);
}

TEST(kpl_aggregator, a_single_record_is_sent_unchanged) {
  KplFixture fixture;
  fixture.list(kTwoShards);
  fixture.write_keyed(1, {{"a", "1"}, {"b", "2"}});
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_EQ(fixture.sent(), (Lines{"a: 1", "b: 2"}));
}

TEST(kpl_aggregator, until_shards_are_known_records_of_one_key_share_an_aggregate) {
  KplFixture fixture;
  fixture.write_keyed(1, {{"a", "1"}, {"c", "2"}, {"a", "3"}});
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_EQ(fixture.sent(), (Lines{"a: a=1 a=3", "c: 2"}));
  fixture.respond({"unknown", "unknown"});
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DELIVERED}})) << "it is valid in any shard";
}

TEST(kpl_aggregator, if_listing_shards_is_denied_records_of_one_key_share_an_aggregate_and_it_is_logged_once) {
  KplFixture fixture;
  fixture.advance();
  fixture.service.take_question().done(Status(Code::permanent, "PS0000", "AccessDeniedException"));
  for (uint64_t batch = 1; batch <= 20; ++batch) {
    fixture.write_keyed(batch, {{"a", "1"}, {"c", "2"}, {"a", "3"}});
    fixture.pass(WriterFixture::kLingerMs);
    EXPECT_EQ(fixture.sent(), (Lines{"a: a=1 a=3", "c: 2"}));
    fixture.respond({"low", "low"});
  }
  EXPECT_TRUE(fixture.service.questions.empty());
  ASSERT_EQ(fixture.system.log.size(), 2U);
  EXPECT_NE(fixture.system.log[1].find("only records of one partition key are aggregated"), std::string::npos);
}

TEST(kpl_aggregator, an_aggregate_has_at_most_two_billed_units_and_not_much_less) {
  KplFixture fixture;
  fixture.list(kTwoShards);
  std::vector<Keyed> keyed;
  for (size_t i = 0; i < 2'000; ++i) keyed.push_back({i % 2 == 0 ? "a" : "c", std::string(i % 200, 'x')});
  fixture.write_keyed(1, keyed);
  fixture.pass(WriterFixture::kLingerMs);
  const auto& records = fixture.service.calls.at(0).records;
  ASSERT_GE(records.size(), 4U);
  for (size_t i = 0; i < records.size(); ++i) {
    EXPECT_LE(records[i].data.size() + 1, Aggregator::kAggregateBytes);
    if (i + 1 == records.size()) continue;
    EXPECT_GT(records[i].data.size(), Aggregator::kAggregateBytes - 5'000);
  }
}

TEST(kpl_aggregator, two_records_share_an_aggregate_up_to_exactly_the_limit) {
  const size_t around = kKplRecordBytes + 1 + 2 * (kpl_user_record_bytes(0) + kpl_partition_key_bytes(1));
  for (const size_t extra : {0U, 1U}) {
    KplFixture fixture;
    fixture.list(kTwoShards);
    fixture.write_keyed(1, {{"a", std::string(20'000, 'x')},
                            {"c", std::string(Aggregator::kAggregateBytes - 20'000 - around + extra, 'y')}});
    fixture.pass(WriterFixture::kLingerMs);
    EXPECT_EQ(fixture.service.calls.at(0).records.size(), 1U + extra);
  }
}

TEST(kpl_aggregator, append_newline_ends_each_record) {
  KplFixture fixture({.append_newline = true});
  fixture.list(kTwoShards);
  fixture.write_keyed(1, {{"a", "1"}, {"c", "2"}, {"b", "3"}});
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_EQ(fixture.sent(), (Lines{"a: a=1\n c=2\n", "b: 3\n"}));
}

TEST(kpl_aggregator, with_random_hash_keys_all_records_share_an_aggregate_and_its_hash_key) {
  KplFixture fixture({.random_hash_keys = true});
  fixture.advance();
  EXPECT_EQ(fixture.service.questions.size(), 1U) << "the list of shards, which need not be known";
  fixture.write_keyed(1, {{"a", "1"}, {"b", "2"}, {"c", "3"}});
  fixture.pass(WriterFixture::kLingerMs);
  ASSERT_EQ(fixture.service.calls.at(0).records.size(), 1U);
  const SentRecord& record = fixture.service.calls[0].records[0];
  KplRecord reader;
  ASSERT_TRUE(reader.open(record.data));
  EXPECT_EQ(reader.size(), 3U);
  for (KplUserRecord one; reader.next(one);)
    EXPECT_EQ(record.key, "a\",\"ExplicitHashKey\":\"" + std::string(one.explicit_hash_key.value_or("none")));
  fixture.respond({"any"});
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DELIVERED}}));
}

TEST(kpl_aggregator, an_aggregate_that_was_rejected_is_retried_as_a_whole) {
  KplFixture fixture;
  fixture.list(kTwoShards);
  fixture.write_keyed(1, {{"a", "1"}, {"c", "2"}});
  fixture.pass(WriterFixture::kLingerMs);
  fixture.respond({""});
  fixture.write_keyed(2, {{"a", "3"}});
  fixture.pass(2'000);
  EXPECT_EQ(fixture.sent().at(0), "a: a=1 c=2");
}

// A split: the new shards are not in the list yet.
TEST(kpl_aggregator, misrouted_records_are_retried_by_key_and_then_any_shard_is_accepted) {
  KplFixture fixture;
  fixture.list(kTwoShards);
  fixture.write_keyed(1, {{"a", "1"}, {"c", "2"}, {"a", "3"}, {"b", "4"}});
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_EQ(fixture.sent(), (Lines{"a: a=1 c=2 a=3", "b: 4"}));
  fixture.respond({"half of low", "high"});
  EXPECT_EQ(fixture.writer.counters().misrouted_records, 3);
  EXPECT_EQ(fixture.writer.counters().delivered_records, 1);
  fixture.pass(0);
  EXPECT_EQ(fixture.sent(), (Lines{"a: a=1 a=3", "c: 2"}));
  EXPECT_EQ(fixture.writer.counters().retries, 3);
  fixture.respond({"half of low", "other half"});
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DELIVERED}}));
  EXPECT_EQ(fixture.writer.counters().misrouted_records, 3);
}

TEST(kpl_aggregator, while_the_shard_list_is_outdated_records_are_sent_by_key) {
  KplFixture fixture;
  fixture.list(kTwoShards);
  const std::vector<Keyed> keyed = {{"a", "1"}, {"b", "2"}, {"a", "3"}, {"b", "4"}, {"c", "5"}};
  fixture.write_keyed(1, {{"a", "1"}, {"c", "2"}});
  fixture.pass(WriterFixture::kLingerMs);
  fixture.respond({"merged"});
  fixture.pass(0);
  fixture.respond({"merged", "merged"});
  fixture.write_keyed(2, keyed);
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_EQ(fixture.sent(), (Lines{"a: a=1 a=3", "b: b=2 b=4", "c: 5"}));
  fixture.respond({"merged", "merged", "merged"});
  fixture.pass(5'000);
  fixture.list(kOneShard);
  fixture.write_keyed(3, keyed);
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_EQ(fixture.sent(), (Lines{"a: a=1 b=2 a=3 b=4 c=5"}));
  fixture.respond({"merged"});
  EXPECT_EQ(fixture.settled().size(), 3U);
  EXPECT_EQ(fixture.writer.counters().misrouted_records, 2);
}

// A record that was aggregated before a list is checked against that list.
TEST(kpl_aggregator, an_aggregate_of_an_older_list_is_valid_if_its_shard_owns_all_its_keys) {
  KplFixture fixture;
  fixture.list(kTwoShards);
  fixture.write_keyed(1, {{"a", "1"}, {"c", "2"}});
  fixture.write_keyed(2, {{"b", "1"}, {"d", "2"}});
  fixture.pass(WriterFixture::kLingerMs);
  const FakeService::Call both = fixture.service.take();
  fixture.write_keyed(3, {{"b", "3"}, {"d", "4"}});
  fixture.pass(WriterFixture::kLingerMs);
  fixture.respond({"merged"});
  fixture.pass(0);
  fixture.respond({"merged", "merged"});
  fixture.pass(5'000);
  fixture.list(kOneShard);
  fixture.service.calls.push_front(both);
  fixture.respond({"merged", "low"});
  fixture.settled();
  EXPECT_EQ(fixture.writer.counters().misrouted_records, 4) << "two before the list, and those in low";
}

TEST(kpl_aggregator, with_ordering_records_of_a_key_share_an_aggregate_and_later_ones_wait_for_the_response) {
  KplFixture fixture({}, true);
  fixture.list(kTwoShards);
  fixture.write_keyed(1, {{"a", "1"}, {"c", "2"}, {"a", "3"}});
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_EQ(fixture.sent(), (Lines{"a: a=1 c=2 a=3"}));
  const FakeService::Call first = fixture.service.take();
  fixture.write_keyed(2, {{"a", "4"}, {"b", "5"}, {"c", "6"}, {"a", "7"}});
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_EQ(fixture.sent(), (Lines{"b: 5"})) << "a and c are in flight";
  fixture.respond({"high"});
  fixture.service.calls.push_front(first);
  fixture.respond({"low"});
  fixture.pass(0);
  EXPECT_EQ(fixture.sent(), (Lines{"c: c=6 a=4 a=7"}));
  fixture.respond({"low"});
  EXPECT_EQ(fixture.settled(), (Outcomes{{1, PENSTOCK_DELIVERED}, {2, PENSTOCK_DELIVERED}}));
}

TEST(kpl_aggregator, with_ordering_a_new_record_of_a_key_in_flight_joins_no_aggregate) {
  KplFixture fixture({}, true);
  fixture.list(kTwoShards);
  fixture.write_keyed(1, {{"a", "1"}});
  fixture.pass(WriterFixture::kLingerMs);
  const FakeService::Call first = fixture.service.take();
  fixture.write_keyed(2, {{"c", "2"}, {"a", "3"}, {"c", "4"}});
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_EQ(fixture.sent(), (Lines{"c: c=2 c=4"}));
}

TEST(kpl_aggregator, with_ordering_misrouted_records_of_a_key_are_retried_together_before_later_ones) {
  KplFixture fixture({}, true);
  fixture.list(kTwoShards);
  fixture.write_keyed(1, {{"a", "1"}, {"c", "2"}, {"a", "3"}});
  fixture.pass(WriterFixture::kLingerMs);
  fixture.write_keyed(2, {{"a", "4"}});
  fixture.respond({"half of low"});
  fixture.pass(WriterFixture::kLingerMs);
  EXPECT_EQ(fixture.sent(), (Lines{"a: a=1 a=3", "c: 2"}));
  fixture.respond({"half of low", "other half"});
  fixture.pass(0);
  EXPECT_EQ(fixture.sent(), (Lines{"a: 4"}));
}

}  // namespace
}  // namespace penstock::kinesis
