// The record distribution strategy: who chooses the shard of a record.
#include <set>

#include "tests/model_kinesis/model_fixture.h"

namespace penstock::model {
namespace {

class model_distribution : public model {
 protected:
  void SetUp() override {
    model::SetUp();
    service->create_stream("auto", 4, CapacityMode::on_demand);
    service->stream("auto")->set_distribution(Distribution::automatic);
  }
  static std::string arn(const std::string& name) {
    return "arn:aws:kinesis:us-east-1:000000000000:stream/" + name;
  }
  Response update(const std::string& name, const std::string& strategy) {
    return client.call("UpdateStreamRecordDistributionStrategy",
                       R"({"StreamARN":")" + arn(name) + R"(","RecordDistributionStrategy":")" + strategy + "\"}");
  }
  Response summary(const std::string& name) {
    return client.call("DescribeStreamSummary", R"({"StreamName":")" + name + "\"}");
  }
  // Returns the shards that some records with these members get.
  std::set<std::string> shards_of(const std::string& members, int records = 100) {
    std::string entries;
    for (int i = 0; i < records; ++i)
      entries += std::string(i > 0 ? "," : "") + R"({"Data":"eA==")" + members + "}";
    const Response put = client.call("PutRecords", put_records_body("auto", entries));
    EXPECT_EQ(put.number("FailedRecordCount"), 0) << put.reply().body;
    std::set<std::string> shards;
    for (int i = 0; i < records; ++i) shards.insert(put.text("Records." + std::to_string(i) + ".ShardId"));
    return shards;
  }
};

TEST_F(model_distribution, auto_spreads_records_over_all_shards_whatever_their_keys) {
  EXPECT_EQ(shards_of(R"(,"PartitionKey":"k")").size(), 4U);
  EXPECT_EQ(shards_of(R"(,"PartitionKey":"k","ExplicitHashKey":"0")").size(), 4U);
  EXPECT_EQ(shards_of("").size(), 4U);
  EXPECT_EQ(shards_of(R"(,"ExplicitHashKey":"340282366920938463463374607431768211456")", 1).size(), 1U)
      << "2^128 is ignored, too";
  service->stream("auto")->set_distribution(Distribution::user_partition_key);
  EXPECT_EQ(shards_of(R"(,"PartitionKey":"k")").size(), 1U);
}

TEST_F(model_distribution, auto_uses_the_shards_that_have_room) {
  for (int call = 0; call < 8; ++call) shards_of("", 500);
  EXPECT_EQ(service->stats().records_put, 4000U) << "1,000 for each of 4 shards";
  const Response full = client.call("PutRecords", put_records_body("auto", R"({"Data":""})"));
  EXPECT_EQ(full.text("Records.0.ErrorCode"), "ProvisionedThroughputExceededException");
}

TEST_F(model_distribution, a_partition_key_is_required_unless_the_strategy_is_auto) {
  const std::string entries = R"({"Data":"eA=="})";
  EXPECT_TRUE(client.call("PutRecords", put_records_body("auto", entries)).ok());
  EXPECT_TRUE(client.call("PutRecord", R"({"StreamName":"auto","Data":"eA=="})").ok());
  service->stream("auto")->set_distribution(Distribution::user_partition_key);
  for (const char* name : {"auto", "s"}) {
    const Response rejected = client.call("PutRecords", put_records_body(name, entries));
    EXPECT_EQ(rejected.code(), "ValidationException");
    EXPECT_NE(rejected.message().find("'records.1.member.partitionKey'"), std::string::npos) << rejected.message();
    EXPECT_EQ(client.call("PutRecord", R"({"StreamName":")" + std::string(name) + R"(","Data":"eA=="})").code(),
              "ValidationException");
  }
}

TEST_F(model_distribution, a_given_partition_key_is_valid_and_returned_and_an_absent_one_is_absent) {
  EXPECT_EQ(client.put("auto", "", "d").code(), "ValidationException");
  EXPECT_EQ(client.put("auto", std::string(257, 'k'), "d").code(), "ValidationException");
  service->create_stream("one", 1, CapacityMode::on_demand);
  service->stream("one")->set_distribution(Distribution::automatic);
  EXPECT_TRUE(client.call("PutRecords", put_records_body("one", entry("k", "d") + R"(,{"Data":"eA=="})")).ok());
  const Response got = client.get(client.iterator("one", shard_id(0), "TRIM_HORIZON"));
  ASSERT_EQ(got.size("Records"), 2U);
  EXPECT_EQ(got.text("Records.0.PartitionKey"), "k");
  EXPECT_FALSE(got.has("Records.1.PartitionKey"));
}

TEST_F(model_distribution, auto_rejects_a_sequence_number_for_ordering) {
  const std::string body = R"(","PartitionKey":"k","Data":"","SequenceNumberForOrdering":")" +
                           client.put("s", "k", "d").text("Records.0.SequenceNumber") + "\"}";
  EXPECT_EQ(client.call("PutRecord", R"({"StreamName":"auto)" + body).code(), "InvalidArgumentException");
  EXPECT_TRUE(client.call("PutRecord", R"({"StreamName":"s)" + body).ok());
}

TEST_F(model_distribution, the_strategy_is_reported_for_on_demand_streams_only) {
  EXPECT_EQ(summary("auto").text("StreamDescriptionSummary.RecordDistributionStrategy"), "AUTO");
  EXPECT_EQ(summary("auto").text("StreamDescriptionSummary.StreamModeDetails.StreamMode"), "ON_DEMAND");
  EXPECT_FALSE(summary("s").has("StreamDescriptionSummary.RecordDistributionStrategy"));
}

TEST_F(model_distribution, an_update_changes_the_strategy_of_new_records_only) {
  service->preload("auto", "", "before");
  EXPECT_TRUE(update("auto", "USER_PARTITION_KEY").ok());
  EXPECT_EQ(summary("auto").text("StreamDescriptionSummary.RecordDistributionStrategy"), "USER_PARTITION_KEY");
  EXPECT_EQ(shards_of(R"(,"PartitionKey":"k")").size(), 1U);
  EXPECT_TRUE(update("auto", "AUTO").ok());
  EXPECT_EQ(shards_of(R"(,"PartitionKey":"k")").size(), 4U);
}

TEST_F(model_distribution, an_invalid_update_is_rejected) {
  EXPECT_EQ(update("s", "AUTO").code(), "InvalidArgumentException") << "a provisioned stream";
  EXPECT_EQ(update("auto", "auto").code(), "ValidationException");
  EXPECT_EQ(update("absent", "AUTO").code(), "ResourceNotFoundException");
  for (const std::string& body : {std::string(R"({"StreamName":"auto","RecordDistributionStrategy":"AUTO"})"),
                                  R"({"StreamARN":")" + arn("auto") + "\"}"})
    EXPECT_EQ(client.call("UpdateStreamRecordDistributionStrategy", body).code(), "ValidationException") << body;
}

TEST_F(model_distribution, a_stream_is_created_with_a_strategy_only_on_demand) {
  const auto create = [&](const std::string& members) {
    return client.call("CreateStream", R"({"StreamName":"new")" + members + "}");
  };
  EXPECT_EQ(create(R"(,"ShardCount":1,"RecordDistributionStrategy":"AUTO")").code(), "InvalidArgumentException");
  EXPECT_EQ(create("").code(), "ValidationException") << "a provisioned stream needs ShardCount";
  const std::string on_demand = R"(,"StreamModeDetails":{"StreamMode":"ON_DEMAND"})";
  EXPECT_EQ(create(on_demand + R"(,"ShardCount":1)").code(), "ValidationException");
  EXPECT_EQ(create(R"(,"StreamModeDetails":{"StreamMode":"FREE"},"ShardCount":1)").code(), "ValidationException");
  EXPECT_EQ(create(R"(,"StreamModeDetails":"ON_DEMAND","ShardCount":1)").code(), "SerializationException");
  EXPECT_TRUE(create(on_demand + R"(,"RecordDistributionStrategy":"AUTO")").ok());
  EXPECT_EQ(summary("new").text("StreamDescriptionSummary.RecordDistributionStrategy"), "AUTO");
  EXPECT_EQ(summary("new").number("StreamDescriptionSummary.OpenShardCount"), 4);
}

TEST_F(model_distribution, a_call_cannot_split_or_merge_shards_of_an_on_demand_stream) {
  EXPECT_EQ(client
                .call("SplitShard", R"({"StreamName":"auto","ShardToSplit":")" + shard_id(0) +
                                        R"(","NewStartingHashKey":"170141183460469231731687303715884105728"})")
                .code(),
            "ValidationException");
  EXPECT_EQ(client
                .call("MergeShards", R"({"StreamName":"auto","ShardToMerge":")" + shard_id(0) +
                                         R"(","AdjacentShardToMerge":")" + shard_id(1) + "\"}")
                .code(),
            "ValidationException");
}

}  // namespace
}  // namespace penstock::model
