// Streams and shards: creating, listing in pages, splitting, merging, reading across both.
#include "tests/model_kinesis/model_fixture.h"

namespace penstock::model {
namespace {

TEST_F(model, shards_divide_the_hash_keys_without_gap_or_overlap) {
  for (const int count : {1, 2, 3, 7, 80}) {
    const std::string name = "n" + std::to_string(count);
    EXPECT_TRUE(client.create_stream(name, count).ok());
    HashKey next = 0;
    for (const Shard& shard : service->stream(name)->shards()) {
      EXPECT_EQ(decimal(shard.first), decimal(next));
      next = shard.last + 1;
    }
    EXPECT_EQ(decimal(next), "0");
  }
  EXPECT_EQ(decimal(service->stream("n3")->shards()[1].first), "113427455640312821154458202477256070485");
  EXPECT_EQ(client.create_stream("n3", 3).code(), "ResourceInUseException");
  EXPECT_EQ(client.create_stream("none", 0).code(), "ValidationException");
}

TEST_F(model, list_shards_has_pages_whose_tokens_are_used_without_the_name) {
  Settings settings;
  settings.list_shards_page = 2;
  start(settings);
  service->create_stream("five", 5);
  const Response first = client.call("ListShards", R"({"StreamName":"five"})");
  ASSERT_EQ(first.size("Shards"), 2U);
  EXPECT_EQ(first.text("Shards.0.HashKeyRange.StartingHashKey"), "0");
  EXPECT_EQ(first.text("Shards.0.SequenceNumberRange.StartingSequenceNumber").size(), 56U);
  EXPECT_FALSE(first.has("Shards.0.SequenceNumberRange.EndingSequenceNumber"));
  const std::string token = R"("NextToken":")" + first.text("NextToken") + "\"";
  EXPECT_EQ(client.call("ListShards", R"({"StreamName":"five",)" + token + "}").code(),
            "InvalidArgumentException");
  const Response second = client.call("ListShards", "{" + token + R"(,"MaxResults":1})");
  ASSERT_EQ(second.size("Shards"), 1U);
  EXPECT_EQ(second.text("Shards.0.ShardId"), shard_id(2));
  now_ms += 300'000;
  EXPECT_TRUE(client.call("ListShards", "{" + token + "}").ok());
  now_ms += 1;
  EXPECT_EQ(client.call("ListShards", "{" + token + "}").code(), "ExpiredNextTokenException");
  const Response rest =
      client.call("ListShards", R"({"StreamName":"five","ExclusiveStartShardId":"shardId-000000000002"})");
  EXPECT_EQ(rest.text("Shards.0.ShardId"), shard_id(3));
  EXPECT_FALSE(rest.has("NextToken"));
}

TEST_F(model, an_invalid_list_shards_call_is_rejected) {
  EXPECT_EQ(client.call("ListShards", "{}").code(), "InvalidArgumentException");
  EXPECT_EQ(client.call("ListShards", R"({"StreamName":"absent"})").code(), "ResourceNotFoundException");
  EXPECT_EQ(client.call("ListShards", R"({"NextToken":"forged"})").code(), "InvalidArgumentException");
  EXPECT_EQ(client.call("ListShards", R"({"StreamName":"s","MaxResults":0})").code(), "ValidationException");
  EXPECT_EQ(client.call("ListShards", R"({"StreamName":"s","MaxResults":10001})").code(), "ValidationException");
}

TEST_F(model, a_stream_can_be_named_by_its_arn) {
  const std::string arn = "arn:aws:kinesis:us-east-1:000000000000:stream/";
  EXPECT_TRUE(client.call("ListShards", R"({"StreamARN":")" + arn + "s\"}").ok());
  EXPECT_EQ(client.call("ListShards", R"({"StreamARN":")" + arn + R"(s","StreamName":"other"})").code(),
            "InvalidArgumentException");
  EXPECT_EQ(client.call("ListShards", R"({"StreamARN":"s"})").code(), "InvalidArgumentException");
  EXPECT_EQ(
      client.call("DescribeStreamSummary", R"({"StreamName":"s"})").text("StreamDescriptionSummary.StreamARN"),
      arn + "s");
}

TEST_F(model, a_split_closes_the_shard_and_its_children_continue) {
  const std::string before = client.put("s", "k", "parent").text("Records.0.SequenceNumber");
  const std::string split = R"({"StreamName":"s","ShardToSplit":"shardId-000000000000","NewStartingHashKey":)";
  EXPECT_EQ(client.call("SplitShard", split + R"("1"})").code(), "InvalidArgumentException");
  EXPECT_TRUE(client.call("SplitShard", split + R"("170141183460469231731687303715884105728"})").ok());
  EXPECT_EQ(client.call("SplitShard", split + R"("5"})").code(), "InvalidArgumentException");
  const Response after = client.put("s", "k", "child");
  EXPECT_NE(after.text("Records.0.ShardId"), shard_id(0));
  EXPECT_GT(after.text("Records.0.SequenceNumber"), before);

  const Response last = client.get(client.iterator("s", shard_id(0), "TRIM_HORIZON"));
  EXPECT_EQ(last.size("Records"), 1U);
  EXPECT_TRUE(last.has("NextShardIterator"));
  EXPECT_TRUE(last.null("NextShardIterator"));
  EXPECT_EQ(last.size("ChildShards"), 2U);
  EXPECT_EQ(last.text("ChildShards.1.ShardId"), shard_id(2));
  EXPECT_EQ(last.text("ChildShards.1.ParentShards.0"), shard_id(0));
  EXPECT_EQ(last.text("ChildShards.1.HashKeyRange.StartingHashKey"), "170141183460469231731687303715884105728");

  const Response listed = client.call("ListShards", R"({"StreamName":"s"})");
  EXPECT_GT(listed.text("Shards.0.SequenceNumberRange.EndingSequenceNumber"), before);
  EXPECT_EQ(listed.text("Shards.1.ParentShardId"), shard_id(0));
}

TEST_F(model, a_closed_shard_ends_only_with_its_last_record) {
  for (int i = 0; i < 2; ++i) service->preload("s", "k", "d");
  service->stream("s")->split(service->stream("s")->shards()[0], 10, now_ms);
  const Response first = client.get(client.iterator("s", shard_id(0), "TRIM_HORIZON"), 1);
  EXPECT_NE(first.text("NextShardIterator"), "");
  EXPECT_FALSE(first.has("ChildShards"));
  EXPECT_TRUE(client.get(first.text("NextShardIterator")).null("NextShardIterator"));
}

TEST_F(model, a_closed_shard_leaves_the_list_with_its_last_record) {
  service->create_stream("one", 1);
  service->preload("one", "a", "1");
  service->preload("one", "b", "2");
  Shard& shard = service->stream("one")->shards()[0];
  service->stream("one")->split(shard, 10, now_ms);
  const auto listed = [&] { return client.call("ListShards", R"({"StreamName":"one"})"); };
  service->trim(shard, 1);
  EXPECT_EQ(listed().size("Shards"), 3U);
  service->trim(shard, 1);
  EXPECT_EQ(listed().size("Shards"), 2U);
  EXPECT_EQ(listed().text("Shards.0.ParentShardId"), shard_id(0));
  EXPECT_EQ(client
                .call("GetShardIterator", R"({"StreamName":"one","ShardId":")" + shard_id(0) +
                                              R"(","ShardIteratorType":"TRIM_HORIZON"})")
                .code(),
            "ResourceNotFoundException");
}

TEST_F(model, only_adjacent_shards_can_be_merged) {
  service->create_stream("three", 3);
  const auto merge = [&](int a, int b) {
    return client.call("MergeShards", R"({"StreamName":"three","ShardToMerge":")" + shard_id(a) +
                                          R"(","AdjacentShardToMerge":")" + shard_id(b) + "\"}");
  };
  EXPECT_EQ(merge(0, 2).code(), "InvalidArgumentException");
  EXPECT_EQ(merge(0, 7).code(), "ResourceNotFoundException");
  EXPECT_TRUE(merge(2, 1).ok());
  EXPECT_EQ(merge(0, 1).code(), "InvalidArgumentException");
  const Response listed = client.call("ListShards", R"({"StreamName":"three"})");
  EXPECT_EQ(listed.text("Shards.3.ParentShardId"), shard_id(2));
  EXPECT_EQ(listed.text("Shards.3.AdjacentParentShardId"), shard_id(1));
  EXPECT_EQ(service->stream("three")->open_shard_count(), 2U);
  EXPECT_TRUE(merge(0, 3).ok());
}

}  // namespace
}  // namespace penstock::model
