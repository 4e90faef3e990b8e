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

// Lists the shards of the stream "f" with these members of ShardFilter. Returns their numbers, or the error's
// code.
class shard_filter : public model {
 protected:
  std::string listed(const std::string& filter, const std::string& more = "") {
    std::string numbers;
    std::string body = R"({"StreamName":"f","ShardFilter":{)" + filter + "}" + more + "}";
    while (true) {
      const Response page = client.call("ListShards", body);
      if (!page.ok()) return page.code();
      for (size_t i = 0; i < page.size("Shards"); ++i) {
        const std::string id = page.text("Shards." + std::to_string(i) + ".ShardId");
        numbers += id.back();
      }
      if (page.text("NextToken").empty()) return numbers;
      body = R"({"NextToken":")" + page.text("NextToken") + "\"" + more + "}";
      numbers += '|';
    }
  }
  std::string at(const std::string& type, int64_t ms) {
    const std::string fraction = std::to_string(1000 + ms % 1000).substr(1);
    return listed(R"("Type":")" + type + R"(","Timestamp":)" + std::to_string(ms / 1000) + "." + fraction);
  }
  // 0 was split into 1 and 2 at first_ms, and then 1 into 3 and 4 at second_ms.
  void make() {
    service->create_stream("f", 1);
    created_ms = now_ms;
    service->preload("f", "k", "d");
    now_ms += 5000;
    first_ms = now_ms;
    service->stream("f")->split(service->stream("f")->shards()[0], kLastHashKey / 2, now_ms);
    now_ms += 5000;
    second_ms = now_ms;
    service->stream("f")->split(service->stream("f")->shards()[1], kLastHashKey / 4, now_ms);
    now_ms += 5000;
  }

  int64_t created_ms = 0, first_ms = 0, second_ms = 0;
};

TEST_F(shard_filter, a_shard_filter_selects_the_shards_as_of_its_position) {
  make();
  EXPECT_EQ(listed(R"("Type":"FROM_TRIM_HORIZON")"), "01234");
  EXPECT_EQ(listed(R"("Type":"AT_TRIM_HORIZON")"), "0");
  EXPECT_EQ(listed(R"("Type":"AT_LATEST")"), "234");
  EXPECT_EQ(listed(R"("Type":"AFTER_SHARD_ID","ShardId":"shardId-000000000001")"), "234");
  EXPECT_EQ(listed(R"("Type":"AFTER_SHARD_ID","ShardId":"shardId-000000000004")"), "");
  EXPECT_EQ(at("AT_TIMESTAMP", created_ms - 1), "");
  EXPECT_EQ(at("AT_TIMESTAMP", created_ms), "0");
  EXPECT_EQ(at("AT_TIMESTAMP", first_ms - 1), "0");
  EXPECT_EQ(at("AT_TIMESTAMP", first_ms), "012") << "both ends are inclusive";
  EXPECT_EQ(at("AT_TIMESTAMP", first_ms + 1), "12");
  EXPECT_EQ(at("AT_TIMESTAMP", second_ms + 1), "234");
  EXPECT_EQ(at("FROM_TIMESTAMP", created_ms - 1), "01234");
  EXPECT_EQ(at("FROM_TIMESTAMP", first_ms), "01234");
  EXPECT_EQ(at("FROM_TIMESTAMP", first_ms + 1), "1234");
  EXPECT_EQ(at("FROM_TIMESTAMP", second_ms), "1234");
  EXPECT_EQ(at("FROM_TIMESTAMP", second_ms + 1), "234");
  EXPECT_EQ(at("FROM_TIMESTAMP", now_ms + 1000), "234");
}

TEST_F(shard_filter, the_trim_horizon_moves_to_the_children_of_a_shard_that_has_expired) {
  make();
  service->trim(service->stream("f")->shards()[0], 1);
  EXPECT_EQ(listed(R"("Type":"AT_TRIM_HORIZON")"), "12");
  EXPECT_EQ(listed(R"("Type":"FROM_TRIM_HORIZON")"), "1234");
  EXPECT_EQ(at("AT_TIMESTAMP", created_ms), "");
  EXPECT_EQ(at("FROM_TIMESTAMP", created_ms), "1234");
  EXPECT_EQ(listed(R"("Type":"AFTER_SHARD_ID","ShardId":"shardId-000000000000")"), "ResourceNotFoundException");
}

TEST_F(shard_filter, all_pages_of_a_list_have_its_shard_filter) {
  make();
  EXPECT_EQ(listed(R"("Type":"AT_LATEST")", R"(,"MaxResults":1)"), "2|3|4");
  EXPECT_EQ(listed(R"("Type":"AT_LATEST")", R"(,"MaxResults":2)"), "23|4");
  EXPECT_EQ(
      listed(R"("Type":"AT_TIMESTAMP","Timestamp":)" + std::to_string(first_ms / 1000 + 1), R"(,"MaxResults":1)"),
      "1|2");
  const Response first =
      client.call("ListShards", R"({"StreamName":"f","MaxResults":1,"ShardFilter":{"Type":"AT_LATEST"}})");
  EXPECT_EQ(client
                .call("ListShards",
                      R"({"NextToken":")" + first.text("NextToken") + R"(","ShardFilter":{"Type":"AT_LATEST"}})")
                .code(),
            "InvalidArgumentException");
}

TEST_F(shard_filter, an_invalid_shard_filter_is_rejected) {
  make();
  EXPECT_EQ(listed(""), "ValidationException");
  EXPECT_EQ(listed(R"("Type":"LATEST")"), "ValidationException");
  EXPECT_EQ(listed(R"("Type":"AFTER_SHARD_ID","ShardId":"a b")"), "ValidationException");
  EXPECT_EQ(listed(R"("Type":7)"), "SerializationException");
  EXPECT_EQ(listed(R"("Type":"AT_TIMESTAMP","Timestamp":"now")"), "SerializationException");
  for (const std::string type : {"AT_TRIM_HORIZON", "FROM_TRIM_HORIZON", "AT_LATEST"}) {
    EXPECT_EQ(listed(R"("Type":")" + type + R"(","ShardId":"shardId-000000000000")"), "InvalidArgumentException");
    EXPECT_EQ(listed(R"("Type":")" + type + R"(","Timestamp":1)"), "InvalidArgumentException");
  }
  for (const std::string type : {"AT_TIMESTAMP", "FROM_TIMESTAMP"}) {
    EXPECT_EQ(listed(R"("Type":")" + type + "\""), "InvalidArgumentException");
    EXPECT_EQ(listed(R"("Type":")" + type + R"(","Timestamp":1,"ShardId":"shardId-000000000000")"),
              "InvalidArgumentException");
  }
  EXPECT_EQ(listed(R"("Type":"AFTER_SHARD_ID")"), "InvalidArgumentException");
  EXPECT_EQ(listed(R"("Type":"AFTER_SHARD_ID","ShardId":"shardId-000000000000","Timestamp":1)"),
            "InvalidArgumentException");
  EXPECT_EQ(listed(R"("Type":"AFTER_SHARD_ID","ShardId":"shardId-000000000009")"), "ResourceNotFoundException");
  EXPECT_EQ(listed(R"("Type":"AT_LATEST")", R"(,"ExclusiveStartShardId":"shardId-000000000000")"),
            "InvalidArgumentException");
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
