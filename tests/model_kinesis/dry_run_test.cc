// Dry runs: https://docs.aws.amazon.com/streams/latest/dev/kds-dryrun-validation.html
#include <gtest/gtest.h>

#include "tests/model_kinesis/model_fixture.h"

namespace penstock::model {
namespace {

constexpr const char* kDryRun = "DryRunOperationException";

class model_dry_run : public model {
 protected:
  std::string code_of(const std::string& operation, const std::string& members) {
    now_ms += 1000;
    return client.call(operation, "{" + members + R"(,"DryRun":true})").code();
  }
  static constexpr const char* kShard = R"("StreamName":"s","ShardId":"shardId-000000000000")";
};

TEST_F(model_dry_run, a_call_that_would_succeed_is_reported_and_not_made) {
  const std::string iterator = client.iterator("s", "shardId-000000000000", "TRIM_HORIZON");
  EXPECT_EQ(code_of("PutRecord", R"("StreamName":"s","PartitionKey":"k","Data":"YQ==")"), kDryRun);
  EXPECT_EQ(code_of("PutRecords", R"("StreamName":"s","Records":[{"PartitionKey":"k","Data":"YQ=="}])"), kDryRun);
  EXPECT_EQ(code_of("GetShardIterator", std::string(kShard) + R"(,"ShardIteratorType":"LATEST")"), kDryRun);
  EXPECT_EQ(code_of("GetRecords", R"("ShardIterator":")" + iterator + "\""), kDryRun);
  EXPECT_EQ(service->stats().records_put, 0U);
  EXPECT_EQ(service->stats().records_read, 0U);
  EXPECT_EQ(service->stats().dry_runs, 4U);
}

TEST_F(model_dry_run, a_call_that_would_fail_gets_its_error) {
  EXPECT_EQ(code_of("PutRecord", R"("StreamName":"no","PartitionKey":"k","Data":"YQ==")"),
            "ResourceNotFoundException");
  EXPECT_EQ(code_of("PutRecords", R"("StreamName":"s","Records":[])"), "ValidationException");
  EXPECT_EQ(code_of("GetShardIterator", std::string(kShard) + R"(,"ShardIteratorType":"AT_TIMESTAMP")"),
            "InvalidArgumentException");
  EXPECT_EQ(service->stats().dry_runs, 0U);
}

TEST_F(model_dry_run, a_stream_allows_one_per_second) {
  client.create_stream("other", 1);
  const auto put = [&](const std::string& stream) {
    return client
        .call("PutRecord", R"({"StreamName":")" + stream + R"(","PartitionKey":"k","Data":"","DryRun":true})")
        .code();
  };
  EXPECT_EQ(put("s"), kDryRun);
  EXPECT_EQ(put("other"), kDryRun);
  now_ms += 999;
  EXPECT_EQ(put("s"), "ThrottlingException");
  now_ms += 1;
  EXPECT_EQ(put("s"), kDryRun);
}

}  // namespace
}  // namespace penstock::model
