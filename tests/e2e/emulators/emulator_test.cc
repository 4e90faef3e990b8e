// The suite. Documented behavior: https://docs.aws.amazon.com/kinesis/latest/APIReference/
#include <array>

#include "tests/e2e/emulators/emulator_fixture.h"

namespace penstock::emulators {
namespace {

using model::entry;
using model::put_records_body;
using model::Response;

constexpr size_t kMiB = 1 << 20;

std::string named(const std::string& stream) { return R"({"StreamName":")" + stream + "\"}"; }

std::string yes_no(bool value) { return value ? "yes" : "no"; }

TEST_P(emulator, a_record_is_returned_unchanged_by_the_service) {
  create("s", 1);
  const std::string data("\0\xff data", 7);
  const Response put = client_.put("s", "key", data);
  expect("put", "ok", put);
  expect("put.failed", "0", std::to_string(put.number("FailedRecordCount")));
  expect("put.shard", shard_id(0), put.text("Records.0.ShardId"));
  const Response got = client_.get(client_.iterator("s", shard_id(0), "TRIM_HORIZON"));
  expect("get", "ok", got);
  expect("get.data", data, decoded(got, "Records.0.Data"));
  expect("get.key", "key", got.text("Records.0.PartitionKey"));
  expect("get.sequence_number", put.text("Records.0.SequenceNumber"), got.text("Records.0.SequenceNumber"));
  expect("get.arrival", "yes", yes_no(got.real("Records.0.ApproximateArrivalTimestamp") > 1.7e9));
  expect("get.next_iterator", "yes", yes_no(!got.text("NextShardIterator").empty()));
  expect("get.lag", "0", std::to_string(got.number("MillisBehindLatest")));
}

TEST_P(emulator, one_record_is_put_with_put_record) {
  create("s", 1);
  const Response put = client_.call("PutRecord", R"({"StreamName":"s","PartitionKey":"k","Data":"ZGF0YQ=="})");
  expect("put_record", "ok", put);
  const Response got =
      client_.get(client_.iterator("s", put.text("ShardId"), "AT_SEQUENCE_NUMBER", put.text("SequenceNumber")));
  expect("put_record.data", "data", decoded(got, "Records.0.Data"));
}

TEST_P(emulator, the_services_sequence_numbers_have_56_digits_and_increase) {
  create("s", 1);
  std::string last;
  for (int i = 0; i < 5; ++i) {
    const std::string number = client_.put("s", "k", "d").text("Records.0.SequenceNumber");
    expect("sequence_number.digits", "56", std::to_string(number.size()));
    expect("sequence_number.rises", "yes", yes_no(number > last));
    last = number;
  }
}

TEST_P(emulator, the_hash_key_selects_the_shard) {
  create("s", 3);
  const auto shard_for = [&](const std::string& record) {
    return client_.call("PutRecords", put_records_body("s", "{\"Data\":\"\"," + record + "}"))
        .text("Records.0.ShardId");
  };
  expect("hash.a", shard_id(0), shard_for(R"("PartitionKey":"a")"));  // MD5 0cc1...
  expect("hash.b", shard_id(1), shard_for(R"("PartitionKey":"b")"));  // MD5 92eb...
  expect("hash.d", shard_id(1), shard_for(R"("PartitionKey":"d")"));  // MD5 8277...
  expect("hash.e", shard_id(2), shard_for(R"("PartitionKey":"e")"));  // MD5 e167...
  const auto explicitly = [&](const std::string& key) {
    return shard_for(R"("PartitionKey":"a","ExplicitHashKey":")" + key + "\"");
  };
  expect("hash.explicit.first", shard_id(0), explicitly("0"));
  expect("hash.explicit.last", shard_id(2), explicitly("340282366920938463463374607431768211455"));
  expect("hash.explicit.too_large", "InvalidArgumentException",
         client_.call("PutRecords", put_records_body("s", R"({"Data":"","PartitionKey":"a","ExplicitHashKey":)"
                                                          R"("340282366920938463463374607431768211456"})")));
}

TEST_P(emulator, each_iterator_type_starts_at_its_position) {
  create("s", 1);
  std::array<std::string, 3> numbers;
  for (size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = client_.put("s", "k", std::to_string(i)).text("Records.0.SequenceNumber");
  const auto first_of = [&](const std::string& iterator) {
    return decoded(client_.get(iterator), "Records.0.Data");
  };
  expect("iterator.trim_horizon", "0", first_of(client_.iterator("s", shard_id(0), "TRIM_HORIZON")));
  expect("iterator.at", "1", first_of(client_.iterator("s", shard_id(0), "AT_SEQUENCE_NUMBER", numbers[1])));
  expect("iterator.after", "2", first_of(client_.iterator("s", shard_id(0), "AFTER_SEQUENCE_NUMBER", numbers[1])));
  const std::string latest = client_.iterator("s", shard_id(0), "LATEST");
  expect("put.later", "ok", client_.put("s", "k", "new"));
  expect("iterator.latest", "new", first_of(latest));
}

TEST_P(emulator, an_iterator_starts_at_a_timestamp) {
  create("s", 1);
  expect("put", "ok", client_.put("s", "k", "d"));
  const std::string prefix =
      R"({"StreamName":"s","ShardId":"shardId-000000000000","ShardIteratorType":"AT_TIMESTAMP")";
  const Response past = client_.call("GetShardIterator", prefix + R"(,"Timestamp":1600000000.5})");
  expect("iterator.at_time", "d", decoded(client_.get(past.text("ShardIterator")), "Records.0.Data"));
  expect("iterator.future", "InvalidArgumentException",
         client_.call("GetShardIterator", prefix + R"(,"Timestamp":4000000000})"));
  expect("iterator.no_time", "InvalidArgumentException", client_.call("GetShardIterator", prefix + "}"));
}

TEST_P(emulator, an_invalid_iterator_or_iterator_request_is_rejected) {
  create("s", 1);
  const auto request = [&](const std::string& rest) {
    return client_.call("GetShardIterator", R"({"StreamName":"s","ShardId":"shardId-000000000000",)" + rest + "}");
  };
  expect("iterator.type", "ValidationException", request(R"("ShardIteratorType":"SOMEWHERE")"));
  expect("iterator.no_number", "InvalidArgumentException", request(R"("ShardIteratorType":"AT_SEQUENCE_NUMBER")"));
  expect("iterator.foreign_number", "InvalidArgumentException",
         request(R"("ShardIteratorType":"AT_SEQUENCE_NUMBER","StartingSequenceNumber":"5")"));
  expect("iterator.absent_shard", "ResourceNotFoundException",
         client_.call("GetShardIterator",
                      R"({"StreamName":"s","ShardId":"shardId-000000000009","ShardIteratorType":"LATEST"})"));
  expect("get.forged", "InvalidArgumentException", client_.get("AAAA"));
  expect("get.nothing", "ValidationException", client_.call("GetRecords", "{}"));
}

TEST_P(emulator, a_get_records_limit_is_1_to_10000_and_is_respected) {
  create("s", 1);
  expect("put", "ok", client_.call("PutRecords", put_records_body("s", 3, entry("k", "d"))));
  const std::string iterator = client_.iterator("s", shard_id(0), "TRIM_HORIZON");
  const Response one = client_.get(iterator, 1);
  expect("limit.kept", "1", std::to_string(one.size("Records")));
  expect("limit.rest", "2", std::to_string(client_.get(one.text("NextShardIterator")).size("Records")));
  expect("limit.0", "ValidationException", client_.get(iterator, 0));
  expect("limit.10001", "InvalidArgumentException", client_.get(iterator, 10'001));
}

TEST_P(emulator, list_shards_has_pages_whose_tokens_are_used_without_the_name) {
  create("s", 3);
  const Response first = client_.call("ListShards", R"({"StreamName":"s","MaxResults":2})");
  expect("list", "ok", first);
  expect("list.page", "2", std::to_string(first.size("Shards")));
  expect("list.first_hash_key", "0", first.text("Shards.0.HashKeyRange.StartingHashKey"));
  expect("list.second_hash_key", "113427455640312821154458202477256070485",
         first.text("Shards.1.HashKeyRange.StartingHashKey"));
  expect("list.token", "yes", yes_no(!first.text("NextToken").empty()));
  const std::string token = R"("NextToken":")" + first.text("NextToken") + "\"";
  const Response second = client_.call("ListShards", "{" + token + "}");
  expect("list.next", "ok", second);
  expect("list.rest", shard_id(2), second.text("Shards.0.ShardId"));
  expect("list.end", "", second.text("NextToken"));
  expect("list.token_with_name", "InvalidArgumentException",
         client_.call("ListShards", R"({"StreamName":"s",)" + token + "}"));
  const Response after =
      client_.call("ListShards", R"({"StreamName":"s","ExclusiveStartShardId":"shardId-000000000001"})");
  expect("list.exclusive_start", shard_id(2), after.text("Shards.0.ShardId"));
  expect("list.nothing", "InvalidArgumentException", client_.call("ListShards", "{}"));
  expect("list.max_results.0", "ValidationException",
         client_.call("ListShards", R"({"StreamName":"s","MaxResults":0})"));
}

TEST_P(emulator, a_stream_can_be_described) {
  create("s", 2);
  const Response summary = client_.call("DescribeStreamSummary", named("s"));
  expect("describe.shards", "2", std::to_string(summary.number("StreamDescriptionSummary.OpenShardCount")));
  expect("describe.retention", "24",
         std::to_string(summary.number("StreamDescriptionSummary.RetentionPeriodHours")));
  const std::string arn = summary.text("StreamDescriptionSummary.StreamARN");
  expect("describe.arn", "yes",
         yes_no(arn.starts_with("arn:aws:kinesis:us-east-1:") && arn.ends_with(":stream/s")));
  expect("describe.created", "yes",
         yes_no(summary.real("StreamDescriptionSummary.StreamCreationTimestamp") > 1.7e9));
  expect("by_arn", "ok", client_.call("ListShards", R"({"StreamARN":")" + arn + "\"}"));
}

TEST_P(emulator, a_split_closes_the_shard_and_its_children_continue) {
  create("s", 1);
  const std::string before = client_.put("s", "k", "parent").text("Records.0.SequenceNumber");
  expect("split", "ok",
         client_.call("SplitShard", R"({"StreamName":"s","ShardToSplit":"shardId-000000000000",)"
                                    R"("NewStartingHashKey":"170141183460469231731687303715884105728"})"));
  wait_until_active("s");
  const Response after = client_.put("s", "k", "child");
  expect("split.child", "yes", yes_no(after.text("Records.0.ShardId") > shard_id(0)));
  expect("split.rises", "yes", yes_no(after.text("Records.0.SequenceNumber") > before));
  const Response listed = client_.call("ListShards", named("s"));
  expect("split.parent", shard_id(0), listed.text("Shards.1.ParentShardId"));
  expect("split.ending_number", "yes",
         yes_no(listed.text("Shards.0.SequenceNumberRange.EndingSequenceNumber") > before));

  Response end = client_.get(client_.iterator("s", shard_id(0), "TRIM_HORIZON"));
  expect("split.last_record", "parent", decoded(end, "Records.0.Data"));
  // The service may report the end of a shard with the last record or in the next response.
  if (!end.null("NextShardIterator")) end = client_.get(end.text("NextShardIterator"));
  expect("split.end", "yes", yes_no(end.null("NextShardIterator")));
  expect("split.child_shards", "2", std::to_string(end.size("ChildShards")));
}

TEST_P(emulator, only_adjacent_shards_can_be_merged) {
  create("s", 3);
  const auto merge = [&](int a, int b) {
    return client_.call("MergeShards", R"({"StreamName":"s","ShardToMerge":")" + shard_id(a) +
                                           R"(","AdjacentShardToMerge":")" + shard_id(b) + "\"}");
  };
  expect("merge.strangers", "InvalidArgumentException", merge(0, 2));
  expect("merge", "ok", merge(0, 1));
  wait_until_active("s");
  const Response listed = client_.call("ListShards", named("s"));
  expect("merge.parent", shard_id(0), listed.text("Shards.3.ParentShardId"));
  expect("merge.adjacent_parent", shard_id(1), listed.text("Shards.3.AdjacentParentShardId"));
}

TEST_P(emulator, a_call_accepts_500_records_and_not_501) {
  create("s", 1);
  expect("records.500", "ok", client_.call("PutRecords", put_records_body("s", 500, entry("k", "d"))));
  expect("records.501", "ValidationException",
         client_.call("PutRecords", put_records_body("s", 501, entry("k", "d"))));
  expect("records.0", "ValidationException", client_.call("PutRecords", put_records_body("s", "")));
}

TEST_P(emulator, a_record_has_at_most_a_mebibyte_with_its_partition_key) {
  create("s", 4);
  expect("record.1MiB", "ok", client_.put("s", "a", std::string(kMiB - 1, 'x')));
  const Response over = client_.put("s", "b", std::string(kMiB, 'x'));
  expect("record.over_with_key", "refused", over.ok() ? "taken" : "refused");
  const Response far_over = client_.put("s", "e", std::string(kMiB + 1, 'x'));
  expect("record.over", "refused", far_over.ok() ? "taken" : "refused");
}

TEST_P(emulator, a_call_has_at_most_ten_mebibytes) {
  create("s", 40);
  std::string entries;
  for (int i = 10; i < 29; ++i) entries += entry("key" + std::to_string(i), std::string(kMiB / 2 - 5, 'x')) + ",";
  const size_t rest = 10 * kMiB - 19 * (kMiB / 2);
  expect("call.10MiB", "ok",
         client_.call("PutRecords", put_records_body("s", entries + entry("k", std::string(rest - 1, 'x')))));
  expect("call.over", "InvalidArgumentException",
         client_.call("PutRecords", put_records_body("s", entries + entry("k", std::string(rest, 'x')))));
}

TEST_P(emulator, a_partition_key_has_1_to_256_characters) {
  create("s", 1);
  expect("key.0", "ValidationException", client_.put("s", "", "d"));
  expect("key.256", "ok", client_.put("s", std::string(256, 'k'), "d"));
  expect("key.257", "ValidationException", client_.put("s", std::string(257, 'k'), "d"));
}

TEST_P(emulator, a_malformed_call_is_rejected) {
  create("s", 1);
  expect("body.broken", "SerializationException", client_.call("PutRecords", "{"));
  expect("body.empty", "ValidationException", client_.call("PutRecords", "{}"));
  expect("body.type", "SerializationException", client_.call("ListShards", R"({"StreamName":["s"]})"));
  expect("body.base64", "SerializationException",
         client_.call("PutRecords", R"({"StreamName":"s","Records":[{"Data":"a","PartitionKey":"k"}]})"));
  expect("operation.unknown", "UnknownOperationException", client_.call("DeleteEverything", "{}"));
  expect("stream.absent", "ResourceNotFoundException", client_.put("absent", "k", "d"));
  expect("stream.twice", "ResourceInUseException", client_.create_stream("s", 1));
}

TEST_P(emulator, a_forged_signature_is_rejected) {
  create("s", 1);
  model::Request forged = client_.request("ListShards", named("s"));
  forged.body += " ";
  expect("signature.forged", "InvalidSignatureException", client_.send(forged));
  model::Request absent = client_.request("ListShards", named("s"));
  absent.headers.pop_back();
  expect("signature.absent", "MissingAuthenticationTokenException", client_.send(absent));
}

TEST_P(emulator, the_rate_limits_of_a_shard_are_enforced) {
  create("s", 1);
  const std::string iterator = client_.iterator("s", shard_id(0), "TRIM_HORIZON");
  // Up to a limit, as many calls as it takes: how many calls fit into a second depends on the machine.
  bool throttled = false;
  for (int i = 0; i < 30 && !throttled; ++i)
    throttled = client_.get(iterator).code() == "ProvisionedThroughputExceededException";
  expect("rate.get_records", "refuses", throttled ? "refuses" : "never refuses");
  const std::string body = put_records_body("s", 500, entry("k", "d"));
  bool rejected = false;
  for (int i = 0; i < 4 && !rejected; ++i)
    rejected = client_.call("PutRecords", body).number("FailedRecordCount") > 0;
  expect("rate.put_records", "refuses", rejected ? "refuses" : "never refuses");
}

INSTANTIATE_TEST_SUITE_P(, emulator, testing::ValuesIn(kBackends),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace penstock::emulators
