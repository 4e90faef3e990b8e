// Reading: iterators, limits on both sides, the end of a shard.
#include <array>

#include "tests/model_kinesis/model_fixture.h"

namespace penstock::model {
namespace {

constexpr size_t kMiB = 1 << 20;

TEST_F(model, each_iterator_type_starts_at_its_position) {
  std::array<std::string, 3> numbers;
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = client.put("s", "k", std::to_string(i)).text("Records.0.SequenceNumber");
    now_ms += 1000;
  }
  const auto first_of = [&](const std::string& iterator) {
    now_ms += 1000;
    return decoded(client.get(iterator), "Records.0.Data");
  };
  EXPECT_EQ(first_of(client.iterator("s", shard_id(0), "TRIM_HORIZON")), "0");
  EXPECT_EQ(first_of(client.iterator("s", shard_id(0), "AT_SEQUENCE_NUMBER", numbers[1])), "1");
  EXPECT_EQ(first_of(client.iterator("s", shard_id(0), "AFTER_SEQUENCE_NUMBER", numbers[1])), "2");
  const std::string latest = client.iterator("s", shard_id(0), "LATEST");
  client.put("s", "k", "new");
  EXPECT_EQ(first_of(latest), "new");
  const auto at_time = [&](const std::string& seconds) {
    return client
        .call("GetShardIterator", R"({"StreamName":"s","ShardId":"shardId-000000000000","ShardIteratorType":)"
                                  R"("AT_TIMESTAMP","Timestamp":)" +
                                      seconds + "}")
        .text("ShardIterator");
  };
  EXPECT_EQ(first_of(at_time("1700000001")), "1");
  EXPECT_EQ(first_of(at_time("1700000001.001")), "2");
  EXPECT_EQ(at_time("1800000000"), "");
}

TEST_F(model, an_invalid_iterator_request_is_rejected) {
  service->create_stream("two", 2);
  const std::string here = client.put("s", "k", "d").text("Records.0.SequenceNumber");
  const auto code = [&](const std::string& rest) {
    now_ms += 1000;
    return client.call("GetShardIterator", R"({"StreamName":"two","ShardId":"shardId-000000000001",)" + rest + "}")
        .code();
  };
  EXPECT_EQ(code(R"("ShardIteratorType":"SOMEWHERE")"), "ValidationException");
  EXPECT_EQ(code(R"("ShardIteratorType":"AT_SEQUENCE_NUMBER")"), "InvalidArgumentException");
  EXPECT_EQ(code(R"("ShardIteratorType":"LATEST","StartingSequenceNumber":"1")"), "InvalidArgumentException");
  EXPECT_EQ(code(R"("ShardIteratorType":"AT_SEQUENCE_NUMBER","StartingSequenceNumber":"x")"),
            "ValidationException");
  EXPECT_EQ(code(R"("ShardIteratorType":"AT_SEQUENCE_NUMBER","StartingSequenceNumber":"1")"),
            "InvalidArgumentException");
  EXPECT_EQ(code(R"("ShardIteratorType":"AT_SEQUENCE_NUMBER","StartingSequenceNumber":")" + here + "\""),
            "InvalidArgumentException");
  EXPECT_EQ(code(R"("ShardIteratorType":"AT_TIMESTAMP")"), "InvalidArgumentException");
  EXPECT_EQ(client
                .call("GetShardIterator",
                      R"({"StreamName":"two","ShardId":"shardId-000000000002","ShardIteratorType":"LATEST"})")
                .code(),
            "ResourceNotFoundException");
}

TEST_F(model, an_iterator_is_valid_for_300_seconds) {
  const std::string iterator = client.iterator("s", shard_id(0), "TRIM_HORIZON");
  now_ms += 300'000;
  EXPECT_TRUE(client.get(iterator).ok());
  now_ms += 1;
  EXPECT_EQ(client.get(iterator).code(), "ExpiredIteratorException");
}

TEST_F(model, a_forged_iterator_is_rejected) {
  std::string iterator = client.iterator("s", shard_id(0), "TRIM_HORIZON");
  iterator[20] = iterator[20] == 'A' ? 'B' : 'A';
  EXPECT_EQ(client.get(iterator).code(), "InvalidArgumentException");
  EXPECT_EQ(client.get("AAAA").code(), "InvalidArgumentException");
  EXPECT_EQ(client.call("GetRecords", "{}").code(), "ValidationException");
}

TEST_F(model, a_get_records_limit_is_1_to_10000_and_is_respected) {
  for (int i = 0; i < 10'001; ++i) service->preload("s", "k", "");
  const std::string iterator = client.iterator("s", shard_id(0), "TRIM_HORIZON");
  EXPECT_EQ(client.get(iterator, 0).code(), "ValidationException");
  EXPECT_EQ(client.get(iterator, 10'001).code(), "InvalidArgumentException");
  EXPECT_EQ(client.get(iterator, 1).size("Records"), 1U);
  const Response most = client.get(iterator, 10'000);
  EXPECT_EQ(most.size("Records"), 10'000U);
  EXPECT_EQ(client.get(most.text("NextShardIterator")).size("Records"), 1U);
}

TEST_F(model, five_get_records_calls_are_allowed_in_any_second) {
  const std::string iterator = client.iterator("s", shard_id(0), "TRIM_HORIZON");
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(client.get(iterator).ok());
    now_ms += 100;
  }
  now_ms += 499;
  EXPECT_EQ(client.get(iterator).code(), "ProvisionedThroughputExceededException");
  now_ms += 1;
  EXPECT_TRUE(client.get(iterator).ok());
  EXPECT_EQ(client.get(iterator).code(), "ProvisionedThroughputExceededException");
  EXPECT_EQ(service->stats().throttled_calls, 2U);
}

TEST_F(model, five_iterators_are_allowed_in_any_second) {
  for (int i = 0; i < 5; ++i) EXPECT_NE(client.iterator("s", shard_id(0), "LATEST"), "");
  EXPECT_EQ(client.iterator("s", shard_id(0), "LATEST"), "");
  now_ms += 999;
  EXPECT_EQ(client.iterator("s", shard_id(0), "LATEST"), "");
  now_ms += 1;
  EXPECT_NE(client.iterator("s", shard_id(0), "LATEST"), "");
}

TEST_F(model, a_response_has_at_most_ten_mebibytes_and_the_next_five_seconds_are_throttled) {
  for (int i = 0; i < 11; ++i) service->preload("s", "k", std::string(kMiB - 1, 'x'));
  const Response full = client.get(client.iterator("s", shard_id(0), "TRIM_HORIZON"));
  EXPECT_EQ(full.size("Records"), 10U);
  now_ms += 4999;
  EXPECT_EQ(client.get(full.text("NextShardIterator")).code(), "ProvisionedThroughputExceededException");
  now_ms += 1;
  EXPECT_EQ(client.get(full.text("NextShardIterator")).size("Records"), 1U);
}

TEST_F(model, a_shard_returns_two_mebibytes_per_second) {
  for (int i = 0; i < 6; ++i) service->preload("s", "k", std::string(kMiB - 1, 'x'));
  std::string iterator = client.iterator("s", shard_id(0), "TRIM_HORIZON");
  for (int i = 0; i < 2; ++i) iterator = client.get(iterator, 1).text("NextShardIterator");
  now_ms += 999;
  EXPECT_EQ(client.get(iterator, 1).code(), "ProvisionedThroughputExceededException");
  now_ms += 1;
  EXPECT_EQ(client.get(iterator, 1).size("Records"), 1U);
}

TEST_F(model, the_lag_is_reported) {
  service->preload("s", "k", "1");
  now_ms += 700;
  service->preload("s", "k", "2");
  now_ms += 300;
  const Response first = client.get(client.iterator("s", shard_id(0), "TRIM_HORIZON"), 1);
  EXPECT_EQ(first.number("MillisBehindLatest"), 300);
  const Response tip = client.get(first.text("NextShardIterator"));
  EXPECT_EQ(tip.number("MillisBehindLatest"), 0);
  const Response empty = client.get(tip.text("NextShardIterator"));
  EXPECT_EQ(empty.size("Records"), 0U);
  EXPECT_NE(empty.text("NextShardIterator"), "");
}

TEST_F(model, records_past_retention_are_skipped) {
  for (int i = 0; i < 4; ++i) service->preload("s", "k", std::to_string(i));
  const std::string first(service->stream("s")->shards()[0].records[0].sequence_number.text());
  service->trim(service->stream("s")->shards()[0], 2);
  EXPECT_EQ(decoded(client.get(client.iterator("s", shard_id(0), "TRIM_HORIZON")), "Records.0.Data"), "2");
  EXPECT_EQ(decoded(client.get(client.iterator("s", shard_id(0), "AT_SEQUENCE_NUMBER", first)), "Records.0.Data"),
            "2");
}

}  // namespace
}  // namespace penstock::model
