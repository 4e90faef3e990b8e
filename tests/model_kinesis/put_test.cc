// Writing: both sides of every limit, and the shard of each record.
#include "tests/model_kinesis/model_fixture.h"

namespace penstock::model {
namespace {

constexpr size_t kMiB = 1 << 20;

TEST_F(model, a_record_is_returned_unchanged) {
  const Response put = client.put("s", "key", std::string_view("\0\xff data", 7));
  ASSERT_TRUE(put.ok()) << put.reply().body;
  EXPECT_EQ(put.number("FailedRecordCount"), 0);
  EXPECT_EQ(put.text("Records.0.ShardId"), shard_id(0));
  const Response got = client.get(client.iterator("s", shard_id(0), "TRIM_HORIZON"));
  EXPECT_EQ(decoded(got, "Records.0.Data"), std::string("\0\xff data", 7));
  EXPECT_EQ(got.text("Records.0.PartitionKey"), "key");
  EXPECT_EQ(got.text("Records.0.SequenceNumber"), put.text("Records.0.SequenceNumber"));
  EXPECT_DOUBLE_EQ(got.real("Records.0.ApproximateArrivalTimestamp"), static_cast<double>(now_ms) / 1000);
}

TEST_F(model, sequence_numbers_have_56_digits_and_increase) {
  std::string last;
  for (int i = 0; i < 50; ++i) {
    now_ms += i % 3 == 0 ? 0 : 700;
    const std::string number = client.put("s", "k", "d").text("Records.0.SequenceNumber");
    EXPECT_EQ(number.size(), 56U);
    EXPECT_TRUE(number.starts_with("49"));
    EXPECT_GT(number, last);
    last = number;
  }
}

TEST_F(model, a_call_accepts_500_records_and_not_501) {
  EXPECT_TRUE(client.call("PutRecords", put_records_body("s", 500, entry("k", "d"))).ok());
  const Response rejected = client.call("PutRecords", put_records_body("s", 501, entry("k", "d")));
  EXPECT_EQ(rejected.status(), 400);
  EXPECT_EQ(rejected.code(), "ValidationException");
  EXPECT_EQ(client.call("PutRecords", put_records_body("s", "")).code(), "ValidationException");
  EXPECT_EQ(service->stats().records_put, 500U);
}

TEST_F(model, a_record_has_at_most_a_mebibyte_with_its_partition_key) {
  EXPECT_TRUE(client.put("s", "k", std::string(kMiB - 1, 'x')).ok());
  now_ms += 1000;
  EXPECT_EQ(client.put("s", "k", std::string(kMiB, 'x')).code(), "InvalidArgumentException");
}

TEST_F(model, a_raised_record_limit_is_reported_and_applied) {
  const auto update = [&](const std::string& kib) {
    return client.call("UpdateMaxRecordSize", R"({"StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/s",)"
                                              R"("MaxRecordSizeInKiB":)" +
                                                  kib + "}");
  };
  const auto limit_kib = [&](const std::string& stream) {
    return client.call("DescribeStreamSummary", R"({"StreamName":")" + stream + "\"}")
        .number("StreamDescriptionSummary.MaxRecordSizeInKiB");
  };
  EXPECT_EQ(limit_kib("s"), 1024);
  EXPECT_TRUE(update("2048").ok());
  EXPECT_EQ(limit_kib("s"), 2048);
  EXPECT_TRUE(client.put("s", "k", std::string(2 * kMiB - 1, 'x')).ok());
  EXPECT_EQ(client.put("s", "k", std::string(2 * kMiB, 'x')).code(), "InvalidArgumentException");
  now_ms += 10'000;
  EXPECT_TRUE(update("10240").ok());
  EXPECT_TRUE(client.put("s", "k", std::string(10 * kMiB - 1, 'x')).ok());
  EXPECT_EQ(client.put("s", "k", std::string(10 * kMiB, 'x')).code(), "InvalidArgumentException");
  EXPECT_EQ(client.put("s", "k", std::string(10 * kMiB + 1, 'x')).code(), "ValidationException");
  EXPECT_EQ(update("1023").code(), "ValidationException");
  EXPECT_EQ(update("10241").code(), "ValidationException");
  EXPECT_EQ(client.call("UpdateMaxRecordSize", "{}").code(), "ValidationException");
  EXPECT_TRUE(client.call("CreateStream", R"({"StreamName":"t","ShardCount":1,"MaxRecordSizeInKiB":4096})").ok());
  EXPECT_EQ(limit_kib("t"), 4096);
  EXPECT_EQ(client.call("CreateStream", R"({"StreamName":"u","ShardCount":1,"MaxRecordSizeInKiB":1})").code(),
            "ValidationException");
}

TEST_F(model, a_call_has_at_most_ten_mebibytes_with_partition_keys) {
  service->create_stream("wide", 80);
  std::string entries;
  for (int i = 10; i < 29; ++i) entries += entry("key" + std::to_string(i), std::string(kMiB / 2 - 5, 'x')) + ",";
  const size_t rest = 10 * kMiB - 19 * (kMiB / 2);
  EXPECT_TRUE(
      client.call("PutRecords", put_records_body("wide", entries + entry("k", std::string(rest - 1, 'x')))).ok());
  const Response rejected =
      client.call("PutRecords", put_records_body("wide", entries + entry("k", std::string(rest, 'x'))));
  EXPECT_EQ(rejected.code(), "InvalidArgumentException");
}

TEST_F(model, a_partition_key_has_1_to_256_characters_not_bytes) {
  EXPECT_EQ(client.put("s", "", "d").code(), "ValidationException");
  EXPECT_TRUE(client.put("s", std::string(256, 'k'), "d").ok());
  EXPECT_EQ(client.put("s", std::string(257, 'k'), "d").code(), "ValidationException");
  std::string umlauts;
  for (int i = 0; i < 256; ++i) umlauts += "\xc3\xbc";
  EXPECT_TRUE(client.put("s", umlauts, "d").ok());
}

TEST_F(model, a_shard_accepts_1000_records_in_any_second) {
  const std::string body = put_records_body("s", 400, entry("k", "d"));
  EXPECT_EQ(client.call("PutRecords", body).number("FailedRecordCount"), 0);
  now_ms += 500;
  EXPECT_EQ(client.call("PutRecords", body).number("FailedRecordCount"), 0);
  const Response partly = client.call("PutRecords", body);
  EXPECT_TRUE(partly.ok());
  EXPECT_EQ(partly.number("FailedRecordCount"), 200);
  EXPECT_TRUE(partly.has("Records.199.SequenceNumber"));
  EXPECT_EQ(partly.text("Records.200.ErrorCode"), "ProvisionedThroughputExceededException");
  EXPECT_NE(partly.text("Records.200.ErrorMessage"), "");
  EXPECT_FALSE(partly.has("Records.200.SequenceNumber"));
  now_ms += 499;
  EXPECT_EQ(client.call("PutRecords", body).number("FailedRecordCount"), 400);
  now_ms += 1;
  EXPECT_EQ(client.call("PutRecords", body).number("FailedRecordCount"), 0);
  EXPECT_EQ(service->stats().records_rejected_by_limits, 600U);
}

TEST_F(model, a_shard_accepts_a_mebibyte_in_any_second) {
  const std::string half(kMiB / 2 - 1, 'x');
  EXPECT_EQ(client.put("s", "k", half).number("FailedRecordCount"), 0);
  EXPECT_EQ(client.put("s", "k", half).number("FailedRecordCount"), 0);
  EXPECT_EQ(client.put("s", "k", "").number("FailedRecordCount"), 1);
  now_ms += 1000;
  EXPECT_EQ(client.put("s", "k", "").number("FailedRecordCount"), 0);
}

TEST_F(model, put_record_over_the_rate_is_rejected_completely) {
  const std::string body = R"({"StreamName":"s","PartitionKey":"k","Data":"ZA=="})";
  EXPECT_TRUE(client.call("PutRecords", put_records_body("s", 499, entry("k", "d"))).ok());
  EXPECT_TRUE(client.call("PutRecords", put_records_body("s", 500, entry("k", "d"))).ok());
  EXPECT_TRUE(client.call("PutRecord", body).ok());
  EXPECT_EQ(client.call("PutRecord", body).code(), "ProvisionedThroughputExceededException");
}

TEST_F(model, preloading_ignores_the_write_limits) {
  for (int i = 0; i < 5000; ++i) service->preload("s", "k", "data");
  size_t seen = 0;
  std::string_view last;
  service->each_record("s", [&](const Shard&, const Record& record) {
    ++seen;
    EXPECT_LT(last, record.sequence_number.text());
    last = record.sequence_number.text();
  });
  EXPECT_EQ(seen, 5000U);
}

TEST_F(model, the_hash_key_chooses_the_shard) {
  service->create_stream("three", 3);
  const auto shard_for = [&](const std::string& more) {
    return client
        .call("PutRecords", R"({"StreamName":"three","Records":[{"Data":"","PartitionKey":"a")" + more + "}]}")
        .text("Records.0.ShardId");
  };
  // MD5 of "a" is 0cc175b9...
  EXPECT_EQ(shard_for(""), shard_id(0));
  EXPECT_EQ(shard_for(R"(,"ExplicitHashKey":"113427455640312821154458202477256070484")"), shard_id(0));
  EXPECT_EQ(shard_for(R"(,"ExplicitHashKey":"113427455640312821154458202477256070485")"), shard_id(1));
  EXPECT_EQ(shard_for(R"(,"ExplicitHashKey":"340282366920938463463374607431768211455")"), shard_id(2));
}

TEST_F(model, an_invalid_explicit_hash_key_is_rejected) {
  const auto code = [&](const std::string& key) {
    return client
        .call("PutRecords",
              R"({"StreamName":"s","Records":[{"Data":"","PartitionKey":"a","ExplicitHashKey":")" + key + "\"}]}")
        .code();
  };
  EXPECT_EQ(code("340282366920938463463374607431768211456"), "InvalidArgumentException");
  for (const char* wrong : {"", "01", "-1", "0x1", "1 "}) EXPECT_EQ(code(wrong), "ValidationException") << wrong;
}

TEST_F(model, a_malformed_body_is_rejected) {
  for (const char* body :
       {"", "{", "[]", "null", "{\"StreamName\":7}", R"({"StreamName":"s","Records":{}})",
        R"({"StreamName":"s","Records":[7]})", R"({"StreamName":"s","Records":[{"Data":"a","PartitionKey":"k"}]})",
        R"({"StreamName":"s","Records":[{"Data":"Z===","PartitionKey":"k"}]})",
        R"({"StreamName":"s","Records":[{"Data":"ZB==","PartitionKey":"k"}]})",
        R"({"StreamName":"s","Records":[{"Data":"ZA=A","PartitionKey":"k"}]})",
        R"({"StreamName":"s","Records":[{"Data":"ZA==\n","PartitionKey":"k"}]})"})
    EXPECT_EQ(client.call("PutRecords", body).code(), "SerializationException") << body;
  for (const char* body : {"{}", R"({"StreamName":"s"})", R"({"StreamName":"s","Records":[{}]})",
                           R"({"StreamName":"no/slash","Records":[{"Data":"","PartitionKey":"k"}]})"})
    EXPECT_EQ(client.call("PutRecords", body).code(), "ValidationException") << body;
  EXPECT_EQ(client.call("PutRecords", R"({"Records":[{"Data":"","PartitionKey":"k"}]})").code(),
            "InvalidArgumentException");
  EXPECT_EQ(client.put("absent", "k", "d").code(), "ResourceNotFoundException");
}

TEST_F(model, an_unknown_operation_or_content_type_is_rejected) {
  EXPECT_EQ(client.call("DeleteEverything", "{}").code(), "UnknownOperationException");
  Request request = client.request("ListShards", "{}");
  request.headers[1].second = "application/json";
  EXPECT_EQ(client.send(request).status(), 404);
  request.method = "GET";
  EXPECT_EQ(client.send(request).status(), 403);
}

}  // namespace
}  // namespace penstock::model
